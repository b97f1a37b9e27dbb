/** Markup that is safe to place in a page: everything that came from data has been escaped on the way in. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What a template takes: nested markup, lists of it, plain values (escaped), or nothing. */
export type HtmlPart = Html | string | number | null | undefined | false | readonly HtmlPart[];

/** A tagged template for markup: every plain value is escaped, so no data can become a tag. */
export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return new Html(strings.map((text, i) => text + (i < parts.length ? render(parts[i]) : "")).join(""));
}

/** Markup that this package wrote itself, such as a drawn SVG. */
export function trusted(text: string): Html {
  return new Html(text);
}

function render(part: HtmlPart): string {
  if (part === null || part === undefined || part === false) return "";
  if (part instanceof Html) return part.text;
  if (typeof part === "string" || typeof part === "number") return escapeText(String(part));
  return part.map(render).join("");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A text as element content or quoted attribute value. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}

/** JSON for a `<script type="application/json">` block: no text in it can close the block. */
export function jsonBlock(id: string, value: unknown): Html {
  const json = JSON.stringify(value)
    .replaceAll("<", "\\u003c")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
  return html`<script type="application/json" id="${id}">${trusted(json)}</script>`;
}

/** A part of the page with its own place in the contents. */
export interface Section {
  readonly id: string;
  readonly title: string;
  /** One sentence under the title. */
  readonly lead?: HtmlPart;
  readonly body: HtmlPart;
}

/** The head of a table column: text, and `n` for a column of numbers. */
export type Head = string | readonly [label: HtmlPart, className: string];

/** A table that scrolls in its own frame where the page is narrow; `label` names it for assistive technology. */
export function table(label: string, heads: readonly Head[], rows: HtmlPart): Html {
  const head = heads.map((column) =>
    typeof column === "string"
      ? html`<th scope="col">${column}</th>`
      : html`<th scope="col" class="${column[1]}">${column[0]}</th>`,
  );
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${label}"><table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** A drawing with its caption. */
export function figure(drawing: Html, caption: string): Html {
  return html`<figure>${drawing}<figcaption>${caption}</figcaption></figure>`;
}

/** A list of facts: term and description. */
export function facts(entries: readonly (readonly [term: string, description: HtmlPart])[]): Html {
  return html`<dl class="facts">${entries.map(([term, description]) => html`<div><dt>${term}</dt><dd>${description}</dd></div>`)}</dl>`;
}

/** A small label in a colour that repeats what its words say. */
export function badge(tone: "good" | "warn" | "bad" | "plain", text: string): Html {
  return html`<span class="badge ${tone}">${text}</span>`;
}

/** Bulleted sentences; nothing where there are none. */
export function sentences(list: readonly string[]): Html | null {
  return list.length === 0 ? null : html`<ul class="plain">${list.map((sentence) => html`<li>${sentence}</li>`)}</ul>`;
}
