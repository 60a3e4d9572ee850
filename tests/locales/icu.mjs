// Prints what this Node's ICU writes: [kind, locale, details, expected] for every locale given on standard input.
import { readFileSync } from "node:fs";

const { locales, currencies } = JSON.parse(readFileSync(0, "utf8"));
const amounts = ["1234567.891", "-1234567.891", "1000", "-1234.5", "0", "0.125", "12345.6", "-0.001", "1", "9999", "21"];
const numbers = ["1234567.891", "-1234.5", "1000", "9999.9", "10000", "0.125", "0", "-0.0004", "123456789012"];
const percents = ["0.125", "0.6666", "-0.05", "1", "12.345", "123.4"];
const days = ["2024-02-29", "2026-11-03", "2026-01-01", "2025-07-15", "2026-09-09", "2026-05-31"];
const counts = ["0", "1", "2", "3", "5", "6", "10", "11", "12", "21", "22", "100", "101", "1000000", "1.5", "0.5"];
const regions = ["SE", "FI", "US", "DE", "GB", "JP", "CN", "BR", "ZA", "AE", "CZ", "MK", "HK", "TR", "CI"];
const shown = [
  ["SYMBOL", { currencyDisplay: "symbol" }],
  ["CODE", { currencyDisplay: "code" }],
  ["NAME", { currencyDisplay: "name" }],
  ["ACCOUNTING", { currencySign: "accounting" }],
];

const cases = [];
for (const locale of locales) {
  const put = (kind, details, expected) => cases.push([kind, locale, details, expected]);
  for (const currency of currencies) {
    for (const [style, options] of shown) {
      const format = new Intl.NumberFormat(locale, { style: "currency", currency, ...options });
      for (const value of amounts) put("money", [value, currency, style], format.format(value));
    }
    put("currencyName", [currency], new Intl.DisplayNames([locale], { type: "currency" }).of(currency));
  }
  const number = new Intl.NumberFormat(locale);
  for (const value of numbers) put("number", [value], number.format(value));
  const percent = new Intl.NumberFormat(locale, { style: "percent" });
  for (const value of percents) put("percent", [value], percent.format(value));
  const gregorian = `${locale}-u-ca-gregory`;
  for (const style of ["short", "medium", "long", "full"]) {
    const date = new Intl.DateTimeFormat(gregorian, { dateStyle: style, timeZone: "UTC" });
    for (const day of days) put("date", [day, style], date.format(new Date(day)));
  }
  for (const style of ["short", "medium"]) {
    const moment = new Intl.DateTimeFormat(gregorian, { dateStyle: style, timeStyle: style, timeZone: "UTC" });
    for (const day of days) put("moment", [`${day}T15:05:07+00:00`, style], moment.format(new Date(`${day}T15:05:07Z`)));
  }
  const plural = new Intl.PluralRules(locale);
  for (const value of counts) put("plural", [value], plural.select(Number(value)));
  for (const region of regions) put("region", [region], new Intl.DisplayNames([locale], { type: "region" }).of(region));
}
console.log(JSON.stringify({ cldr: process.versions.cldr, cases }));
