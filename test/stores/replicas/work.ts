/** What the replicas lock and change. */
export const KEY = 'counter'
/** How often each of them adds one. */
export const COUNT = 25

/** What a replica can be sent. */
export type Work = 'increase under lock' | 'increase by comparing' | 'hold until killed'
