// <alarm-sound> sounds when a page failed, and never else. It is off until somebody turns it on, on
// this device; it can be tried, and says so when the browser will not let it sound.

const ON = "sound on"

class AlarmSound extends HTMLElement {
  connectedCallback() {
    this.innerHTML = `
      <label class="field field--tick"><input class="field__tick" type="checkbox">
        <span class="field__label">Sound when nobody could be paged, on this device</span></label>
      <p><button class="button" type="button">Test sound</button> <span role="status"></span></p>`
    this.box = this.querySelector("input")
    this.status = this.querySelector("[role=status]")
    this.box.checked = localStorage.getItem(ON) === "yes"
    this.box.addEventListener("change", () => localStorage.setItem(ON, this.box.checked ? "yes" : "no"))
    this.querySelector("button").addEventListener("click", () => this.sound())
    this.failing = isFailing()
    this.check = () => this.#check()
    document.addEventListener("news", this.check)
  }

  disconnectedCallback() {
    document.removeEventListener("news", this.check)
  }

  async sound() {
    this.context ??= new AudioContext()
    await Promise.race([this.context.resume(), new Promise((done) => setTimeout(done, 300))])
    if (this.context.state !== "running") {
      this.status.textContent = "Sound is blocked by the browser until you touch this page."
      return
    }
    this.status.textContent = ""
    for (const [n, pitch] of [880, 660, 880, 660].entries()) beep(this.context, pitch, n * 0.25)
  }

  #check() {
    const failing = isFailing()
    if (failing && !this.failing && this.box.checked) this.sound()
    this.failing = failing
  }
}

function isFailing() {
  return document.querySelector("[data-alarm]") !== null
}

function beep(context, pitch, after) {
  const tone = context.createOscillator()
  const volume = context.createGain()
  const start = context.currentTime + after
  tone.frequency.value = pitch
  volume.gain.setValueAtTime(0.25, start)
  volume.gain.exponentialRampToValueAtTime(0.001, start + 0.22)
  tone.connect(volume).connect(context.destination)
  tone.start(start)
  tone.stop(start + 0.24)
}

customElements.define("alarm-sound", AlarmSound)
