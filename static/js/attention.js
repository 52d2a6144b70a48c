// After the step in hand changed, presses meant for the one before it are not heard.

const DEAF = 700

let changedAt = -DEAF

export function stepChanged() {
  changedAt = performance.now()
}

export function isDeaf() {
  return performance.now() - changedAt < DEAF
}
