/** What browsers give as `localStorage`: texts under names, and the names in an order of no meaning. */
export function fakeStorage(items = new Map<string, string>()) {
  return {
    items,
    getItem: (name: string) => items.get(name) ?? null,
    setItem: (name: string, text: string) => {
      items.set(name, text)
    },
    removeItem: (name: string) => {
      items.delete(name)
    },
    key: (index: number) => [...items.keys()][index] ?? null,
  }
}
