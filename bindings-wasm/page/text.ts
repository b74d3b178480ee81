// From words and numbers to what is read.

/** Fills in the names in braces. */
export function fill(template: string, values: Record<string, string | number>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name] ?? "";
    return typeof value === "number" ? number(value) : value;
  });
}

/** One form for one thing, another for several. */
export function counted(forms: { readonly one: string; readonly other: string }, count: number, values: Record<string, string> = {}): string {
  return fill(count === 1 ? forms.one : forms.other, { ...values, count });
}

/** 10,000 instead of 10000. */
export function number(value: number): string {
  return value.toLocaleString("en-US");
}

const UNITS = ["bytes", "kB", "MB", "GB", "TB"] as const;

/** 1.2 GB. */
export function bytes(count: number): string {
  let [value, unit] = [count, 0];
  while (value >= 1000 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** 2 min 5 s. */
export function seconds(count: number): string {
  const whole = Math.max(0, Math.round(count));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** What people type between names: commas, semicolons, spaces, new lines. */
export function names(text: string): string[] {
  return text.split(/[\s,;]+/).filter((name) => name !== "");
}

/**
 * Names from an archive as they may be shown: without characters that cannot be seen, steer a terminal, or turn writing around.
 * Markup needs no care: all text goes into the page as text.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]|(?! )\p{White_Space}/gu, "\ufffd");
}
