// What the server makes of words.toml: /static/shared/table.js, no file of the tree.

type Texts = Readonly<Record<string, string>>;
export const TABLES: Readonly<Record<"zh" | "en", Texts>>;
