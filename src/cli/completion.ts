import type { Command, Option } from './command.js'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** What completes commands, options and the values that are known, written once from the commands as they are now. */
export function completionFor(shell: Shell, commands: readonly Command[]): string {
  return { bash, zsh, fish }[shell](commands)
}

const HELP: Option = { name: 'help', description: 'Show this help' }

function flags({ options }: Command): string {
  return [...options, HELP].map(({ name }) => `--${name}`).join(' ')
}

/** What values may begin with, by option. */
function beginningsOf({ name, options }: Command): [pattern: string, words: string][] {
  return options.flatMap(({ name: option, beginnings }) =>
    beginnings ? [[`${name},--${option}`, beginnings.join(' ')] as [string, string]] : [],
  )
}

/** The options whose values are the user's own. */
function freeOptions(commands: readonly Command[]): string {
  const isFree = ({ value, choices, beginnings }: Option) =>
    value !== undefined && !choices && !beginnings && value !== 'FILE' && value !== 'PATH'
  const names = commands.flatMap(({ options }) => options.filter(isFree).map(({ name }) => `*,--${name}`))
  return [...new Set(names)].join('|')
}

function takesFile({ arguments: names }: Command): boolean {
  return names.some(({ isFile }) => isFile)
}

/** Values by option or, for an argument, by the command alone. */
function choicesOf({ name, options, arguments: names }: Command): [pattern: string, words: string][] {
  const ofOptions = options.flatMap(({ name: option, choices }) =>
    choices ? [[`${name},--${option}`, choices.join(' ')] as [string, string]] : [],
  )
  const [first] = names
  return first?.choices ? [...ofOptions, [`${name},`, first.choices.join(' ')]] : ofOptions
}

function bash(commands: readonly Command[]): string {
  const names = commands.map(({ name }) => name).join(' ')
  const values = commands.flatMap(choicesOf).filter(([pattern]) => !pattern.endsWith(','))
  const beginnings = commands.flatMap(beginningsOf)
  const words = commands.map((command) => {
    const ofArgument = choicesOf(command).find(([pattern]) => pattern === `${command.name},`)?.[1]
    const files = takesFile(command) ? ' files=yes' : ''
    return `    ${command.name}) words="${[ofArgument, flags(command)].filter(Boolean).join(' ')}"${files} ;;`
  })
  return `_dcr_files() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen -f -- "$current"))
}
_dcr() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" words="" files=""
  case "\${COMP_WORDS[1]},$before" in
${values.map(([pattern, known]) => `    ${pattern}) COMPREPLY=($(compgen -W "${known}" -- "$current")); return ;;`).join('\n')}
${beginnings.map(([pattern, known]) => `    ${pattern}) compopt -o nospace 2>/dev/null; COMPREPLY=($(compgen -W "${known}" -- "$current")); return ;;`).join('\n')}
    *,--*-file|*,--file|*,--client|*,--metadata) _dcr_files; return ;;
    ${freeOptions(commands)}) COMPREPLY=(); return ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names} help --help --version" -- "$current")); return
  fi
  case "\${COMP_WORDS[1]}" in
    help) words="${names}" ;;
${words.join('\n')}
  esac
  if [ -n "$files" ] && [ "\${current#-}" = "$current" ]; then _dcr_files; return; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _dcr dcr
`
}

/** In single quotes, for zsh and fish. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function zsh(commands: readonly Command[]): string {
  const list = commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`).join('\n')
  return `#compdef dcr
_dcr() {
  local -a commands=(
${list}
  )
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  local name=$words[2]
  shift words; (( CURRENT-- ))
  case $name in
${commands.map((command) => `    ${command.name}) _arguments ${zshSpecifications(command).join(' ')} ;;`).join('\n')}
  esac
}
compdef _dcr dcr
`
}

function zshSpecifications({ options, arguments: names }: Command): string[] {
  // A bracket or a colon would end the description.
  const plain = (text: string) => text.replace(/[[\]:]/g, ' ')
  const ofOptions = [...options, HELP].map((option) => {
    const { name, value, description, isRepeatable } = option
    const action = zshAction(option)
    const many = isRepeatable ? '*' : ''
    return quoted(`${many}--${name}[${plain(description)}]${value ? `:${plain(value)}:${action}` : ''}`)
  })
  const ofArguments = names.map(({ name, choices, isFile }) =>
    quoted(`:${name}:${choices ? `(${choices.join(' ')})` : isFile ? '_files' : ' '}`),
  )
  return [...ofOptions, ...ofArguments]
}

function zshAction({ value, choices, beginnings }: Option): string {
  if (choices) return `(${choices.join(' ')})`
  // A colon would end the action; without -S a space would follow.
  if (beginnings) return ` compadd -S "" - ${beginnings.join(' ').replaceAll(':', '\\:')}`
  return value === 'FILE' || value === 'PATH' ? '_files' : ' '
}

function fish(commands: readonly Command[]): string {
  const lines = commands.flatMap((command) => {
    const { name, summary, options, arguments: names } = command
    const on = `complete -c dcr -n '__fish_seen_subcommand_from ${name}'`
    const ofArgument = names[0]?.choices
    return [
      `complete -c dcr -n __fish_use_subcommand -a ${name} -d ${fishQuoted(summary)}`,
      ...(ofArgument ? [`${on} -a '${ofArgument.join(' ')}'`] : []),
      ...(takesFile(command) ? [`${on} -F`] : []),
      ...[...options, HELP].map(({ name, value, description, choices, beginnings }) => {
        const isFile = value === 'FILE' || value === 'PATH'
        const known = choices ?? beginnings
        const values =
          value === undefined ? '' : isFile ? ' -r -F' : known ? ` -x -a '${known.join(' ')}'` : ' -x'
        return `${on} -l ${name}${values} -d ${fishQuoted(description)}`
      }),
    ]
  })
  return `complete -c dcr -f\n${lines.join('\n')}\n`
}

function fishQuoted(text: string): string {
  return `'${text.replace(/[\\']/g, (found) => `\\${found}`)}'`
}
