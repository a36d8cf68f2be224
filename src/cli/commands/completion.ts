import type { Command } from '../command.js'
import { completionFor, SHELLS, type Shell } from '../completion.js'

export const command: Command = {
  name: 'completion',
  summary: 'Print the completion of commands and options for a shell',
  arguments: [{ name: 'shell', description: 'Which shell', choices: SHELLS }],
  options: [],
  examples: [
    { what: 'bash, in ~/.bashrc', command: 'source <(dcr completion bash)' },
    { what: 'zsh, in ~/.zshrc after compinit', command: 'source <(dcr completion zsh)' },
    { what: 'fish', command: 'dcr completion fish > ~/.config/fish/completions/dcr.fish' },
  ],
  async run(context) {
    await context.write(completionFor(context.argument('shell') as Shell, await context.commands()))
    return undefined
  },
}
