export function say(step: string, text: string): void {
  console.log(`${step.padEnd(12)} ${text}`)
}
