/**
 * Reads the XML that providers answer with, and nothing more of XML than they use: elements, attributes, text, CDATA, comments. Text that
 * is not well-formed is refused. There are no document types, so that nothing is fetched, declared or expanded: what comes out is never
 * longer than what came in.
 */

/** The members of an element: its attributes, its elements by name (a list where there are several), and its `#text`. */
export interface XmlMembers {
  readonly [name: string]: XmlValue;
}

/** An element: its text where it has nothing else. */
export type XmlValue = string | XmlMembers | readonly XmlValue[];

/** What a document is read for. */
export interface XmlReading {
  /** What stands before the name of an attribute; left out: attributes are passed over. */
  readonly attribute?: string;
  /** Whether names come without their prefix (`soap:Body` is `Body`); left out: they do. */
  readonly prefixes?: 'kept';
  /** Elements that are a list even where there is one. */
  readonly lists?: readonly string[];
}

/** Text that is not the XML that is read here. */
export class NoXml extends Error {}

/** More than any answer has. */
const MAX_DEPTH = 100;

const REFERENCES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The highest code point. */
const LAST_CODE_POINT = 0x10ffff;

/** At one place each: a search would begin anew at each of many. */
const NAME = /[A-Za-z_:\u0080-\uffff][\w:.\u0080-\uffff-]*/y;
const SPACE = /[ \t\r\n]*/y;
const VALUE = /[ \t\r\n]*=[ \t\r\n]*(?:"([^"<]*)"|'([^'<]*)')/y;

/** The character of a reference; one that nobody knows stays as it stands: it stands for nothing else. */
function referred(whole: string, name: string): string {
  if (!name.startsWith('#')) return Object.hasOwn(REFERENCES, name) ? (REFERENCES[name] ?? whole) : whole;
  const code = name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code > 0 && code <= LAST_CODE_POINT ? String.fromCodePoint(code) : whole;
}

function decoded(text: string): string {
  return text.includes('&') ? text.replace(/&(#x[\da-fA-F]{1,6}|#\d{1,7}|\w{2,4});/g, referred) : text;
}

/** An element whose end has not come yet. */
interface Open {
  /** As it is written. */
  readonly tag: string;
  readonly members: Record<string, XmlValue>;
  text: string;
}

/** Reads one document from its start to its end. */
class Reader {
  readonly #source: string;
  readonly #reading: XmlReading;
  readonly #open: Open[] = [{ tag: '', members: Object.create(null), text: '' }];
  #at = 0;

  constructor(source: string, reading: XmlReading) {
    this.#source = source.replace(/^\ufeff/, '');
    this.#reading = reading;
  }

  /** The document's one element by its name. */
  read(): XmlMembers {
    while (this.#at < this.#source.length) this.#next();
    const [root] = this.#open;
    if (this.#open.length !== 1 || !root || root.text !== '' || Object.keys(root.members).length !== 1)
      throw new NoXml('there is not one element around all others');
    if (Array.isArray(Object.values(root.members)[0]))
      throw new NoXml('there is more than one element at the top');
    return root.members;
  }

  #inner(): Open {
    const inner = this.#open.at(-1);
    if (!inner) throw new NoXml('an element ends that has not begun');
    return inner;
  }

  /** The text until an end, which is passed over too. */
  #until(start: string, end: string): string {
    const from = this.#at + start.length;
    const to = this.#source.indexOf(end, from);
    if (to < 0) throw new NoXml(`${start} has no end`);
    this.#at = to + end.length;
    return this.#source.slice(from, to);
  }

  #next(): void {
    const source = this.#source;
    if (source[this.#at] !== '<') {
      const end = source.indexOf('<', this.#at);
      const text = source.slice(this.#at, end < 0 ? undefined : end);
      this.#at += text.length;
      this.#inner().text += decoded(text.trim());
    } else if (source.startsWith('<!--', this.#at)) this.#until('<!--', '-->');
    else if (source.startsWith('<![CDATA[', this.#at)) this.#inner().text += this.#until('<![CDATA[', ']]>');
    else if (source.startsWith('<?', this.#at)) this.#until('<?', '?>');
    else if (source.startsWith('<!', this.#at)) throw new NoXml('there is a document type');
    else if (source.startsWith('</', this.#at)) this.#end(this.#until('</', '>').trimEnd());
    else this.#begin();
  }

  /** What an expression finds here. */
  #take(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#source);
    if (found) this.#at = expression.lastIndex;
    return found;
  }

  #begin(): void {
    this.#at += 1;
    const tag = this.#take(NAME)?.[0];
    if (tag === undefined) throw new NoXml('an element has no name');
    if (this.#open.length > MAX_DEPTH) throw new NoXml('there are too many elements in each other');
    const opened: Open = { tag, members: Object.create(null), text: '' };
    this.#attributes(opened);
    this.#open.push(opened);
    if (this.#source.startsWith('/>', this.#at)) {
      this.#at += 2;
      this.#end(tag);
    } else if (this.#source[this.#at] === '>') this.#at += 1;
    else throw new NoXml(`the element ${tag} is not written as one`);
  }

  #attributes({ members }: Open): void {
    const written = new Set<string>();
    for (;;) {
      const isApart = this.#take(SPACE)?.[0] !== '';
      const name = this.#take(NAME)?.[0];
      if (name === undefined) return;
      const value = this.#take(VALUE);
      if (!value || !isApart || written.has(name))
        throw new NoXml(`the attribute ${name} is not written as one`);
      written.add(name);
      const { attribute } = this.#reading;
      const isNamespace = this.#reading.prefixes !== 'kept' && name.startsWith('xmlns:');
      if (attribute === undefined || isNamespace) continue;
      this.#add(members, attribute + this.#named(name), decoded((value[1] ?? value[2] ?? '').trim()));
    }
  }

  #end(tag: string): void {
    const { tag: expected, members, text } = this.#inner();
    if (tag !== expected || this.#open.length === 1) throw new NoXml(`</${tag}> ends nothing`);
    this.#open.pop();
    const isText = Object.keys(members).length === 0;
    if (!isText && text !== '') members['#text'] = text;
    this.#add(this.#inner().members, this.#named(tag), isText ? text : members);
  }

  #named(name: string): string {
    return this.#reading.prefixes === 'kept' ? name : name.slice(name.indexOf(':') + 1);
  }

  #add(members: Record<string, XmlValue>, name: string, value: XmlValue): void {
    const before = members[name];
    if (before === undefined) members[name] = this.#reading.lists?.includes(name) ? [value] : value;
    else members[name] = Array.isArray(before) ? [...before, value] : [before as XmlValue, value];
  }
}

/**
 * The document's one element, by its name.
 * @throws NoXml when the text is not well-formed, or has a document type.
 */
export function readXml(text: string, reading: XmlReading = {}): XmlMembers {
  return new Reader(text, reading).read();
}
