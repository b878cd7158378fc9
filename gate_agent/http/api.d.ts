// How a path that a page asks for finds its place among the paths of an OpenAPI document.

declare namespace Api {
  /** `/holds/{hold_id}/steps` as the template literal that a page writes. */
  type Written<Path extends string> = Path extends `${infer Before}{${string}}${infer After}`
    ? `${Before}${string}${Written<After>}`
    : Path;

  /** What is declared of the path that is written so. */
  type At<Paths, Asked extends string> = {
    [Path in keyof Paths & string]: [Asked, Written<Path>] extends [Written<Path>, Asked] ? Paths[Path] : never;
  }[keyof Paths & string];

  /** Every path of a document, as a page may write it. */
  type Any<Paths> = Written<keyof Paths & string>;
}
