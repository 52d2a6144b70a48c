// Puts news on the page: HTML in <template data-replace="#id"> and <template data-append="#id">.
// What is the same is left alone, what somebody is typing in is never taken away.

const held = new WeakMap()

export function applyNews(html) {
  const page = new DOMParser().parseFromString(html, "text/html")
  for (const template of page.querySelectorAll("template")) {
    const { replace, append } = template.dataset
    const content = document.importNode(template.content, true)
    if (replace) merge(document.querySelector(replace), content.firstElementChild)
    else appendNew(document.querySelector(append), content)
  }
}

function appendNew(list, content) {
  for (const child of [...content.children]) {
    if (!child.id || !document.getElementById(child.id)) list?.append(child)
  }
}

function merge(old, fresh) {
  if (!old || !fresh || isSame(old, fresh)) return
  if (old.hasAttribute("data-merge")) return mergeChildren(old, fresh)
  if (isBusy(old)) return hold(old, fresh)
  replace(old, fresh)
}

function isSame(old, fresh) {
  const { version } = fresh.dataset
  return version !== undefined ? version === old.dataset.version : old.isEqualNode(fresh)
}

// What somebody types in stays where it is, even when its place in the list is gone.
function mergeChildren(old, fresh) {
  old.className = fresh.className
  const wanted = new Set([...fresh.children].map((child) => child.id))
  const isLeft = (child) => child && !(child.id && wanted.has(child.id))
  for (const gone of [...old.children].filter(isLeft)) {
    if (isBusy(gone)) hold(gone, null)
    else gone.remove()
  }
  let cursor = old.firstElementChild
  for (const child of [...fresh.children]) {
    const match = child.id && old.querySelector(`:scope > #${CSS.escape(child.id)}`)
    if (!match) {
      old.insertBefore(child, cursor)
      continue
    }
    while (isLeft(cursor)) cursor = cursor.nextElementSibling
    if (match === cursor) cursor = match.nextElementSibling
    else old.insertBefore(match, cursor)
    merge(match, child)
  }
}

function replace(old, fresh) {
  const open = [...old.querySelectorAll("details")].map((details) => details.open)
  const focused = old.contains(document.activeElement) && document.activeElement !== document.body
  const id = document.activeElement.id
  old.replaceWith(fresh)
  fresh.querySelectorAll("details").forEach((details, n) => (details.open ||= open[n] ?? false))
  if (focused) (document.getElementById(id) ?? document.getElementById("main"))?.focus({ preventScroll: true })
}

// Somebody types in it, has typed in it where it shows, or has its sheet open. Words in a closed
// sheet are kept by keep-text.js, and hold nothing back.
export function isBusy(element) {
  if (element.querySelector(":popover-open")) return true
  return [...element.querySelectorAll("input:not([type=hidden]), textarea")].some(
    (field) => field === document.activeElement || (field.value !== field.defaultValue && field.checkVisibility()),
  )
}

// It stays, without its place as the step in hand, and says so. Once nothing in it is being typed,
// it goes by itself.
function hold(old, fresh) {
  const first = !held.has(old)
  held.set(old, fresh)
  old.dataset.held = ""
  old.removeAttribute("data-main")
  old.classList.remove("current--main")
  old.removeAttribute("data-version")
  if (!first) return
  const notice = document.createElement("p")
  notice.className = "notice notice--caution held"
  notice.setAttribute("role", "status")
  notice.append("This changed while you were typing. Your text is still here. ")
  const button = document.createElement("button")
  button.type = "button"
  button.className = "button"
  button.textContent = "Show it as it is now"
  button.addEventListener("click", () => release(old))
  notice.append(button)
  old.prepend(notice)
  const leave = () => setTimeout(() => old.isConnected && !isBusy(old) && release(old))
  old.addEventListener("focusout", leave)
  old.addEventListener("toggle", leave, true)
}

function release(old) {
  const fresh = held.get(old)
  if (fresh && !document.getElementById(fresh.id)?.isSameNode(old)) old.remove()
  else if (fresh) old.replaceWith(fresh)
  else old.remove()
  document.dispatchEvent(new CustomEvent("news"))
}
