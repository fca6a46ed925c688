// A form made from a kind's settings: numbers, words, choices and lists, read back as parameters.

const LISTS = {
  integers: { hint: "whole numbers, such as 0, 4, 8", read: (text) => split(text, ",").map(whole) },
  pairs: { hint: "pairs of whole numbers, such as 10 20, 64 32", read: (text) => split(text, ",").map(pair) },
  texts: { hint: "words, separated by commas", read: (text) => split(text, ",") },
};

const split = (text, at) => text.split(at).map((part) => part.trim()).filter(Boolean);

const whole = (text) => {
  if (!/^-?\d+$/.test(text)) throw new Error();
  return Number(text);
};

const pair = (text) => {
  const numbers = split(text, " ").map(whole);
  if (numbers.length !== 2) throw new Error();
  return numbers;
};

const written = (value) => value.map((each) => (Array.isArray(each) ? each.join(" ") : each)).join(", ");

const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

/** One setting: its row, and its value; @throws a sentence for what it cannot be */
class Setting {
  constructor(info, value, changed) {
    Object.assign(this, { info, changed });
    this.control = this.build(value);
    const { label } = info, name = label[0].toUpperCase() + label.slice(1);
    const group = this.control.matches("fieldset");
    this.element = group ? this.control : make("label", { className: info.type }, make("span", { textContent: name }), this.control);
    if (group) this.control.prepend(make("legend", { textContent: name }));
    this.element.dataset.setting = info.name;
    this.element.addEventListener("input", () => this.heard());
  }

  build(value) {
    const { info } = this, { choices, type, several, low, high } = info;
    if (choices && several) return make("fieldset", { className: choices.some(({ title }) => title.length > 14) ? "long" : "" }, ...choices.map((choice) => this.box(choice, value)));
    if (choices) return this.select(choices, value);
    if (type === "boolean") return make("input", { type: "checkbox", checked: value });
    if (several) return make("input", { type: "text", value: written(value), placeholder: type === "texts" ? "none" : "automatic", title: LISTS[type].hint });
    if (type === "text") return make("input", { type: "text", value });
    return make("input", { type: "number", value, min: low ?? "", max: high ?? "", step: type === "integer" ? 1 : "any", required: true });
  }

  box({ value, title }, chosen) {
    return make("label", {}, make("input", { type: "checkbox", value, checked: chosen.includes(value) }), ` ${title}`);
  }

  select(choices, value) {
    const known = choices.some((choice) => choice.value === value);
    const all = known ? choices : [...choices, { value, title: value }];  // what a manifest says is offered too
    const select = make("select", {}, ...all.map((choice) => new Option(choice.title, choice.value)));
    select.value = value;
    return select;
  }

  heard() {
    this.element.classList.toggle("wrong", !this.valid());
    this.changed(this.info.name);
  }

  valid() {
    try {
      this.read();
      return true;
    } catch {
      return false;
    }
  }

  read() {
    const { info, control } = this, { label, type, several, low, high } = info;
    if (control.matches("fieldset")) return [...control.querySelectorAll("input:checked")].map((box) => box.value);
    if (type === "boolean") return control.checked;
    if (several) {
      try {
        return LISTS[type].read(control.value);
      } catch {
        throw new Error(`“${label}” takes ${LISTS[type].hint}.`);
      }
    }
    if (type === "text") return control.value;
    if (!control.validity.valid) throw new Error(`“${label}” is a ${type === "integer" ? "whole " : ""}number from ${low ?? "any"} to ${high ?? "any"}.`);
    return control.valueAsNumber;
  }
}

/** All settings of a kind. Fires "change"; what was changed by hand is kept in `touched`. */
export class Form extends EventTarget {
  /** @param touched parameters that differ from the defaults, by name */
  constructor(settings, touched) {
    super();
    this.touched = touched;
    this.settings = settings.map((info) => new Setting(info, touched[info.name] ?? info.default, (name) => this.changed(name)));
    this.element = make("div", { className: "rows" }, ...this.settings.map((setting) => setting.element));
  }

  changed(name) {
    const setting = this.settings.find(({ info }) => info.name === name);
    if (setting.valid()) this.touched[name] = setting.read();
    this.dispatchEvent(new Event("change"));
  }

  /** All parameters; @throws a sentence for the first that cannot be */
  get parameters() { return Object.fromEntries(this.settings.map((setting) => [setting.info.name, setting.read()])); }
}
