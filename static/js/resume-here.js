// <resume-here> tells the desk how far its reader has come, and holds the card for whoever comes
// back. Only a page that is looked at tells, and not before its card is read: few words, for every
// one of them is written down.

import { serverNow } from "./server-clock.js"

const AWAY = 90000
const BEAT = 60000
const A_LOOK = 1000
const A_READ = 15000

class ResumeHere extends HTMLElement {
  connectedCallback() {
    this.timer = setInterval(() => this.#beat(), BEAT)
    document.addEventListener("visibilitychange", this)
    addEventListener("pagehide", this)
    document.addEventListener("submit", this)
    this.#show()
  }

  disconnectedCallback() {
    clearInterval(this.timer)
    document.removeEventListener("visibilitychange", this)
    removeEventListener("pagehide", this)
    document.removeEventListener("submit", this)
  }

  handleEvent(event) {
    if (event.type === "submit") this.#pressed(event)
    else if (event.type === "pagehide" || document.visibilityState === "hidden") this.#leave()
    else this.#return()
  }

  // What stands on the page is seen at once, a card after a while.
  #show() {
    const patience = this.querySelector("form") ? A_READ : A_LOOK
    this.readAt = serverNow() + patience
    clearTimeout(this.reading)
    this.reading = setTimeout(() => this.#beat(), patience)
  }

  // A computer that slept leaves no page: its clock has moved on.
  #beat() {
    if (document.visibilityState === "hidden") return
    this.isBack ||= serverNow() - this.beatAt > BEAT + AWAY
    this.beatAt = serverNow()
    if (this.isBack) this.#ask()
    else if (`${this.#place()}` !== `${this.told}`) this.#tell()
  }

  #leave() {
    if (!this.leftAt) this.#tell()
    this.leftAt ??= serverNow()
  }

  #return() {
    this.isBack ||= serverNow() - this.leftAt > AWAY
    this.leftAt = null
    this.#beat()
  }

  // Nobody has seen the page meanwhile: whatever came in is told on a card.
  async #ask() {
    const response = await fetch(`${this.live.dataset.address}/visit${location.search}`).catch(() => null)
    if (!response?.headers.has("Incident-Seq")) return
    this.innerHTML = await response.text()
    this.isBack = false
    this.#show()
  }

  #pressed(event) {
    const isMine = this.contains(event.target)
    if (!isMine && event.target.dataset.step === undefined) return
    this.replaceChildren()
    this.readAt = 0
    if (!isMine) return
    event.preventDefault()
    this.#tell()
    document.getElementById("main").focus({ preventScroll: true })
    document.querySelector("[data-main]")?.scrollIntoView({ block: "nearest", behavior: "instant" })
  }

  #tell() {
    if (this.isBack || serverNow() < this.readAt) return
    this.told = this.#place()
    const body = new FormData(document.getElementById("press"))
    const [seq, step] = this.told
    body.set("seq", seq)
    body.set("step", step)
    fetch(`${this.live.dataset.address}/visit`, { method: "POST", body, keepalive: true }).catch(() => {})
  }

  #place() {
    return [this.live.dataset.seq, document.querySelector("[data-main]")?.dataset.number ?? ""]
  }

  get live() {
    return this.closest("live-incident")
  }
}

customElements.define("resume-here", ResumeHere)
