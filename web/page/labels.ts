// Where the labels of edges stand: on their edge, off the cards, and off each other.
import { CARD, pointAt, type Path, type Point } from "./route";

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const around = (at: Point, width: number, height: number): Box => ({
  left: at.x - width / 2,
  top: at.y - height / 2,
  right: at.x + width / 2,
  bottom: at.y + height / 2,
});

/** Boxes by squares of the drawing, so that a thousand labels need not be compared with each other. */
class Taken {
  private squares = new Map<string, Box[]>();

  private *keys(box: Box) {
    for (let x = Math.floor(box.left / 256); x <= Math.floor(box.right / 256); x++)
      for (let y = Math.floor(box.top / 256); y <= Math.floor(box.bottom / 256); y++) yield x + " " + y;
  }

  add(box: Box) {
    for (const key of this.keys(box)) {
      const boxes = this.squares.get(key);
      if (boxes) boxes.push(box);
      else this.squares.set(key, [box]);
    }
  }

  free(box: Box): boolean {
    for (const key of this.keys(box))
      for (const other of this.squares.get(key) ?? [])
        if (box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom)
          return false;
    return true;
  }
}

const TRIES = [0.5, 0.6, 0.4, 0.7, 0.3, 0.8, 0.2, 0.88, 0.12];

export interface ToPlace {
  id: string;
  path: Path;
  width: number;
  height: number;
}

/** A label without a free place gets none: the edge still tells it when it is chosen. */
export function placeLabels(labels: ToPlace[], cards: Iterable<Point>): Map<string, Point> {
  const taken = new Taken();
  for (const card of cards) taken.add(around(card, CARD.width + 4, CARD.height + 4));
  const placed = new Map<string, Point>();
  for (const { id, path, width, height } of labels) {
    for (const part of TRIES) {
      const at = pointAt(path, path.length * part);
      const box = around(at, width, height);
      if (!taken.free(box)) continue;
      taken.add(box);
      placed.set(id, at);
      break;
    }
  }
  return placed;
}
