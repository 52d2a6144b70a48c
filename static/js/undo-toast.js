// <undo-toast> says what was just done and offers to undo it, for ten seconds. While it has the
// focus or the pointer on it, it waits.

const SHOWN = 10000

class UndoToast extends HTMLElement {
  connectedCallback() {
    this.timer = setTimeout(() => this.#leave(), SHOWN)
    this.addEventListener("pointerleave", () => this.#leaveIfDue())
    this.addEventListener("focusout", () => this.#leaveIfDue())
    for (const other of document.querySelectorAll("undo-toast")) if (other !== this) other.remove()
  }

  disconnectedCallback() {
    clearTimeout(this.timer)
  }

  #leave() {
    this.due = true
    if (!this.matches(":hover, :focus-within")) this.remove()
  }

  #leaveIfDue() {
    if (this.due) setTimeout(() => this.#leave())
  }
}

customElements.define("undo-toast", UndoToast)
