/*
 * What a column's name says. A name is cut into words (snake_case, camelCase, digits, spaces); a term is one word or several in
 * a row. A name is never evidence alone.
 */

const aftermath = [
  "actual,after,aftermath,approved,arrears,awarded,cancellation,canceled,cancelled,chargeback,chargebacks,churned,closed,closure",
  "collected,collections,compensation,completed,completion,confirmed,conversion,converted,cost,costs,damage,damages,death,decision",
  "default date,defaulted,delivered,denied,deactivated,died,discharge,discharged,diagnosis,dispute,disputed,end date,escalated",
  "exit date,exit reason,expired,final,finished,fixed,forfeited,fulfilled,injuries,injury,invoiced,leave reason,leaving,left at",
  "loss,losses,offboarding,outcome,outcomes,paid,payout,penalty,post,pred,predicted,prediction,predictions,proba,quit,reason,reasons,recovered,recoveries,recovery,refund,refunded",
  "refunds,rejected,rejection,remediation,repair,repaired,repairs,repaid,resigned,resolution,resolved,response,result,results,retention call",
  "returned,settled,settlement,severance,terminated,termination,time to,total loss,treatment,unsubscribed,verdict,winback,writeoff",
  "write off,written off",
]
  .join(",")
  .split(",")
  .map((term) => term.split(" "));

const generic = new Set(
  (
    "amount average avg binary category class code column count data date day days effect flag group has hour hours index " +
    "is kind label level max mean median min month months name new number old percent rate ratio score share size status sum " +
    "target test the time total type unit units value values week weeks with year years"
  ).split(" "),
);

/** The words of a name, in lower case. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
    .replace(/(\p{L})(\p{N})|(\p{N})(\p{L})/gu, "$1$3 $2$4")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}

/** The term by which a name speaks of the aftermath or of the target itself; null for none. */
export function aftermathTerm(name: string, targetColumn: string): string | null {
  const words = wordsOf(name);
  const term = aftermath.find((wanted) => indexOfRun(words, wanted) >= 0);
  if (term) return term.join(" ");
  const ofTarget = wordsOf(targetColumn).filter((word) => word.length >= 4 && !generic.has(word));
  return words.find((word) => ofTarget.some((other) => sameStem(word, other))) ?? null;
}

const showing = new Set(
  (
    "added basket bookings bought carted carts click clicked clicks conversions ctr displayed dwell impression impressions likes " +
    "orders placement pos position purchase purchased purchases rank ranked ranking seen served shown slot viewed views"
  ).split(" "),
);

/** The term by which a column of a ranking speaks of where a row was shown, or of what was done with it then; null for none. */
export function showingTerm(name: string): string | null {
  return wordsOf(name).find((word) => showing.has(word)) ?? null;
}

const entityWords = new Set(
  (
    "account accountid agent asset client clientid card cell claimant company customer customerid device deviceid driver " +
    "employee employer entity family group guest host house household id ident identifier imei ip key machine mac member " +
    "merchant msisdn parent participant patient patientid person player policy product profile property school seller " +
    "sensor session sessionid sku student store subject subscriber supplier user userid uid uuid vehicle vin"
  ).split(" "),
);

/** Whether a name speaks of an entity that may come back in several rows. */
export function namesEntity(name: string): boolean {
  return wordsOf(name).some((word) => entityWords.has(word));
}

const identifierWords = new Set("id ident identifier index key no nr number row serial unnamed uuid".split(" "));

/** Whether a name says that its values are identifiers. */
export function namesIdentifier(name: string): boolean {
  return wordsOf(name).some((word) => identifierWords.has(word) || (word.endsWith("id") && entityWords.has(word)));
}

function indexOfRun(words: readonly string[], wanted: readonly string[]): number {
  return words.findIndex((_, from) => wanted.every((word, k) => words[from + k] === word));
}

// Equal, or one continues the other by an ending: churn, churned; damage, damages.
function sameStem(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  return short.length >= 4 && long.startsWith(short) && long.length - short.length <= 3;
}
