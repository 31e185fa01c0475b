/**
 * The piece of a long drawing that is looked at, and how pointer, wheel and keys
 * move it.
 *
 * @module
 */

/** Limits of what can be looked at. */
export interface PanZoomLimits {
  from: number;
  to: number;
  minWidth: number;
}

const WHEEL_STEP = 0.0016;
const KEY_ZOOM = 1.35;
const KEY_PAN = 0.15;
/** A pointer that moved less has clicked. */
const CLICK_PX = 4;

/** A window onto a drawing. */
export class PanZoom {
  from: number;
  to: number;
  /** Pixels that are scrolled away above. */
  top = 0;
  readonly #limits: PanZoomLimits;
  readonly #onChange: () => void;

  constructor(limits: PanZoomLimits, onChange: () => void) {
    this.#limits = limits;
    this.#onChange = onChange;
    this.from = limits.from;
    this.to = limits.to;
  }

  /** Whether all can be seen. */
  get isWhole(): boolean {
    return this.from <= this.#limits.from && this.to >= this.#limits.to;
  }

  /** Looks at another piece: as much of it as there is. */
  show(from: number, to: number): void {
    const { from: first, to: last, minWidth } = this.#limits;
    const width = Math.min(last - first, Math.max(minWidth, to - from));
    // A piece that is too narrow grows around its middle.
    const start = from + (to - from - width) / 2;
    this.from = Math.max(first, Math.min(last - width, start));
    this.to = this.from + width;
    this.#onChange();
  }

  /** Looks at everything. */
  reset(): void {
    this.top = 0;
    this.show(this.#limits.from, this.#limits.to);
  }

  /** @param factor Above 1 shows less. @param at Share of the width that stays where it is. */
  zoom(factor: number, at = 0.5): void {
    const width = this.to - this.from;
    const wanted = Math.max(
      this.#limits.minWidth,
      Math.min(width / factor, this.#limits.to - this.#limits.from),
    );
    const place = this.from + width * at;
    this.show(place - wanted * at, place + wanted * (1 - at));
  }

  /** @param share Of the width, to the right. */
  pan(share: number): void {
    const by = (this.to - this.from) * share;
    this.show(this.from + by, this.to + by);
  }

  /** Scrolls by pixels, as far as there is something. */
  scroll(by: number, maxTop: number): void {
    this.top = Math.max(0, Math.min(maxTop, this.top + by));
    this.#onChange();
  }
}

/** What a canvas does with what the pointer does. */
export interface PanZoomListeners {
  maxTop: () => number;
  onHover: (x: number, y: number) => void;
  onLeave: () => void;
  onClick: (x: number, y: number, isDouble: boolean) => void;
}

/** Lets pointer and wheel move a window. */
export function listenToPointer(
  element: HTMLElement,
  window: PanZoom,
  listeners: PanZoomListeners,
): void {
  let drag: { x: number; y: number; moved: number } | undefined;
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    drag = { x: event.clientX, y: event.clientY, moved: 0 };
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener("pointermove", (event) => {
    if (drag === undefined) {
      listeners.onHover(event.offsetX, event.offsetY);
      return;
    }
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    drag = { x: event.clientX, y: event.clientY, moved: drag.moved + Math.abs(dx) + Math.abs(dy) };
    if (drag.moved < CLICK_PX) return;
    element.classList.add("dragging");
    listeners.onLeave();
    window.scroll(-dy, listeners.maxTop());
    window.pan(-dx / element.clientWidth);
  });
  const release = (event: PointerEvent) => {
    element.classList.remove("dragging");
    if (drag !== undefined && drag.moved < CLICK_PX && event.type === "pointerup") {
      listeners.onClick(event.offsetX, event.offsetY, false);
    }
    drag = undefined;
  };
  element.addEventListener("pointerup", release);
  element.addEventListener("pointercancel", release);
  element.addEventListener("pointerleave", () => listeners.onLeave());
  element.addEventListener(
    "dblclick",
    (event) => listeners.onClick(event.offsetX, event.offsetY, true),
  );
  element.addEventListener("wheel", (event) => {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 24 : 1;
    const [dx, dy] = [event.deltaX * lines, event.deltaY * lines];
    if (event.shiftKey) window.scroll(dy || dx, listeners.maxTop());
    else if (Math.abs(dx) > Math.abs(dy)) window.pan(dx / element.clientWidth);
    else window.zoom(Math.exp(-dy * WHEEL_STEP), event.offsetX / element.clientWidth);
  }, { passive: false });
}

/** Moves a window by a key. @returns Whether the key is one for that. */
export function moveByKey(key: string, window: PanZoom): boolean {
  switch (key) {
    case "w":
    case "+":
    case "=":
      window.zoom(KEY_ZOOM);
      return true;
    case "s":
    case "-":
      window.zoom(1 / KEY_ZOOM);
      return true;
    case "a":
      window.pan(-KEY_PAN);
      return true;
    case "d":
      window.pan(KEY_PAN);
      return true;
    case "0":
    case "Escape":
      if (key === "Escape" && window.isWhole) return false;
      window.reset();
      return true;
    default:
      return false;
  }
}
