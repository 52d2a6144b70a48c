// <retro-editor data-version> around a section of a retro: saves what is typed by itself, shows how
// it reads, and loses nothing. What is not saved yet is kept in this tab, through a reload and an
// expired log-in; what somebody else saved meanwhile is shown beside it.

const PAUSE = 1500

class RetroEditor extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form.retro-section__form")
    if (!this.form) return
    this.field = this.form.elements.text
    this.turn = Promise.resolve()
    this.form.addEventListener("input", () => this.#typed())
    this.form.addEventListener("submit", (event) => this.#submitted(event))
    this.addEventListener("click", ({ target }) => this.#chosen(target.dataset.choice))
    addEventListener("online", () => this.#retry())
    addEventListener("focus", () => this.#retry())
    this.#restore()
  }

  #typed() {
    sessionStorage.setItem(this.#name(), JSON.stringify({ text: this.field.value, version: this.form.elements.version.value }))
    this.#say("Not saved yet", true)
    clearTimeout(this.timer)
    if (!this.conflict) this.timer = setTimeout(() => this.save(), PAUSE)
  }

  #submitted(event) {
    event.preventDefault()
    this.save()
  }

  #retry() {
    if (this.hasAttribute("data-unsaved") && !this.conflict) this.save()
  }

  // What was saved is kept too, until a page shows it: one that loads meanwhile was drawn before.
  #restore() {
    const kept = JSON.parse(sessionStorage.getItem(this.#name()) ?? "null")
    const isThere = kept?.saved && kept.version <= Number(this.dataset.version)
    if (!kept || isThere || kept.text === this.field.value) return sessionStorage.removeItem(this.#name())
    this.field.value = kept.text
    this.form.elements.version.value = kept.version
    this.querySelector("details.retro-section__edit").open = true
    this.#say("Put back: what you had typed and was not saved", true)
    this.save()
  }

  // One save at a time, so that the version is always the one we were told last.
  save() {
    clearTimeout(this.timer)
    this.turn = this.turn.then(() => this.#send()).catch(() => this.#offline())
    return this.turn
  }

  async #send() {
    const body = new FormData(this.form)
    this.#say("Saving", true)
    const response = await fetch(this.form.action, { method: "POST", body, headers: { "X-Requested-With": "fetch" } })
    const page = new DOMParser().parseFromString(await response.text(), "text/html")
    if (response.ok) return this.#saved(page, body.get("text"))
    const conflict = page.querySelector("[data-conflict]")
    if (conflict) return this.#contradicted(conflict)
    this.#refused(response, page)
  }

  #saved(page, sent) {
    const fresh = page.querySelector("retro-editor")
    this.dataset.version = this.form.elements.version.value = fresh.dataset.version
    this.form.elements.drawn?.remove()
    this.#part("reading").replaceChildren(...fresh.querySelector("[data-part=reading]").childNodes)
    this.#part("conflict").replaceChildren()
    this.conflict = null
    const typedOn = this.field.value.replace(/\r\n/g, "\n") !== sent.replace(/\r\n/g, "\n")
    if (typedOn) return this.#typed()
    sessionStorage.setItem(this.#name(), JSON.stringify({ text: this.field.value, version: Number(this.dataset.version), saved: true }))
    this.#say("Saved")
  }

  #contradicted(conflict) {
    this.conflict = conflict
    this.#part("conflict").replaceChildren(conflict)
    this.#say("Not saved: two texts", true)
    conflict.querySelector("button").focus()
  }

  #chosen(choice) {
    if (!choice || !this.conflict) return
    const theirs = this.conflict.querySelector("[data-theirs]").textContent
    if (choice === "theirs") this.field.value = theirs
    if (choice === "both") this.field.value = `${this.field.value.trimEnd()}\n\n${theirs}`
    this.form.elements.version.value = this.conflict.dataset.version
    this.#part("conflict").replaceChildren()
    this.conflict = null
    this.save()
  }

  #refused(response, page) {
    const login = response.headers.get("X-Login")
    if (login === "required") return this.#logIn()
    if (login === "stale") return this.#say("Not saved: reload this page. What you typed is kept.", true)
    this.#say(page.body.textContent.trim() || `Not saved: the server answered ${response.status}`, true)
  }

  #logIn() {
    this.#say("Not saved: you are logged out. What you typed is kept. ", true)
    const link = document.createElement("a")
    link.href = `/login?next=${encodeURIComponent(location.pathname)}`
    link.textContent = "Log in and come back"
    this.#part("state").append(link)
  }

  #offline() {
    this.#say("Not saved: no connection. What you typed is kept.", true)
    this.timer = setTimeout(() => this.save(), 5 * PAUSE)
  }

  #say(words, unsaved = false) {
    this.#part("state").textContent = words
    this.toggleAttribute("data-unsaved", unsaved)
  }

  #part(name) {
    return this.querySelector(`[data-part=${name}]`)
  }

  #name() {
    return `retro ${new URL(this.form.action).pathname}`
  }
}

customElements.define("retro-editor", RetroEditor)
