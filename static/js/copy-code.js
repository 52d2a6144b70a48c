// <copy-code> around a <pre> gets a button that copies it. Without a script there is nothing to press.

class CopyCode extends HTMLElement {
  connectedCallback() {
    if (this.querySelector("button")) return
    this.button = document.createElement("button")
    this.button.type = "button"
    this.button.className = "button copy-code__button"
    this.button.textContent = "Copy"
    this.button.addEventListener("click", () => this.#copy())
    this.append(this.button)
  }

  async #copy() {
    const text = this.querySelector("code").textContent.replace(/\n$/, "")
    const copied = await write(text).catch(() => false)
    this.button.textContent = copied ? "Copied" : "Select it by hand"
    if (!copied) getSelection().selectAllChildren(this.querySelector("code"))
    setTimeout(() => (this.button.textContent = "Copy"), 2000)
  }
}

// The clipboard is only there over https; on a plain address the old way still works.
async function write(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text).then(() => true)
  const area = document.createElement("textarea")
  area.value = text
  area.className = "visually-hidden"
  document.body.append(area)
  area.select()
  const copied = document.execCommand("copy")
  area.remove()
  return copied
}

customElements.define("copy-code", CopyCode)
