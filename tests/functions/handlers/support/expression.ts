import type { AttributeValue } from "@aws-sdk/client-dynamodb";

type Item = Record<string, AttributeValue>;

export interface Names {
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Record<string, AttributeValue> | undefined;
}

/** Whether `item` meets a condition or key condition (the part of DynamoDB's grammar that Sluice uses). */
export function meets(expression: string | undefined, item: Item | undefined, names: Names): boolean {
  if (expression === undefined) return true;
  const parser = new Parser(expression, item ?? {}, names);
  const result = parser.or();
  parser.end();
  return result;
}

class Parser {
  private readonly tokens: string[];
  private at = 0;

  constructor(
    private readonly expression: string,
    private readonly item: Item,
    private readonly names: Names,
  ) {
    this.tokens = expression.match(/[:#]?[A-Za-z_][A-Za-z0-9_]*|<=|>=|<>|[=<>(),]/g) ?? [];
  }

  or(): boolean {
    let result = this.and();
    while (this.take("OR")) result = this.and() || result;
    return result;
  }

  end(): void {
    if (this.at < this.tokens.length)
      throw new Error(`"${this.tokens[this.at]}" is not understood in ${this.expression}`);
  }

  private and(): boolean {
    let result = this.primary();
    while (this.take("AND")) result = this.primary() && result;
    return result;
  }

  private primary(): boolean {
    if (this.take("(")) {
      const result = this.or();
      this.expect(")");
      return result;
    }
    switch (this.tokens[this.at]) {
      case "attribute_exists":
        return this.arguments()[0] !== undefined;
      case "attribute_not_exists":
        return this.arguments()[0] === undefined;
      case "contains": {
        const [set, element] = this.arguments();
        return set?.SS?.includes(element?.S ?? "") ?? false;
      }
      default:
        return this.comparison();
    }
  }

  private arguments(): (AttributeValue | undefined)[] {
    this.at += 1;
    this.expect("(");
    const values = [this.operand()];
    while (this.take(",")) values.push(this.operand());
    this.expect(")");
    return values;
  }

  private comparison(): boolean {
    const left = this.operand();
    const operator = this.tokens[this.at++];
    const right = this.operand();
    const most = operator === "BETWEEN" && this.take("AND") ? this.operand() : undefined;
    if (left === undefined || right === undefined) return false;
    const order = compare(left, right);
    const results: Record<string, boolean> = {
      "=": order === 0,
      "<": order < 0,
      "<=": order <= 0,
      ">": order > 0,
      ">=": order >= 0,
      BETWEEN: order >= 0 && most !== undefined && compare(left, most) <= 0,
    };
    const result = results[operator ?? ""];
    if (result === undefined) throw new Error(`"${operator}" is not understood in ${this.expression}`);
    return result;
  }

  private operand(): AttributeValue | undefined {
    const token = this.tokens[this.at++] ?? "";
    if (token === "size") {
      this.at -= 1;
      const [value] = this.arguments();
      return value === undefined ? undefined : { N: String(value.SS?.length ?? value.S?.length) };
    }
    if (token.startsWith(":")) return givenAs(token, this.names);
    return this.item[nameOf(token, this.names)];
  }

  private take(token: string): boolean {
    if (this.tokens[this.at] !== token) return false;
    this.at += 1;
    return true;
  }

  private expect(token: string): void {
    if (!this.take(token)) throw new Error(`"${token}" expected at ${this.tokens[this.at]} in ${this.expression}`);
  }
}

/** Order of two attributes of one type; numbers are compared with all their digits. */
export function compare(left: AttributeValue, right: AttributeValue): number {
  if (left.N !== undefined && right.N !== undefined) {
    const [a, b] = [BigInt(left.N), BigInt(right.N)];
    return a < b ? -1 : a > b ? 1 : 0;
  }
  const [a, b] = [left.S ?? "", right.S ?? ""];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `item` after an update expression of SET, REMOVE and ADD (string sets) clauses. */
export function updated(expression: string, item: Item, names: Names): Item {
  const result = { ...item };
  for (const [, clause, body = ""] of expression.matchAll(/(SET|REMOVE|ADD) (.*?)(?= (?:SET|REMOVE|ADD) |$)/g)) {
    for (const part of body.split(", ")) apply(clause ?? "", part, result, names);
  }
  return result;
}

function apply(clause: string, part: string, item: Item, names: Names): void {
  if (clause === "REMOVE") {
    delete item[nameOf(part.trim(), names)];
    return;
  }
  const [path = "", value = ""] = part.trim().split(clause === "SET" ? " = " : " ");
  const name = nameOf(path, names);
  const given = givenAs(value, names);
  item[name] = clause === "SET" ? given : { SS: [...new Set([...(item[name]?.SS ?? []), ...(given.SS ?? [])])] };
}

function nameOf(token: string, { ExpressionAttributeNames }: Names): string {
  if (!token.startsWith("#")) return token;
  const name = ExpressionAttributeNames?.[token];
  if (name === undefined) throw new Error(`${token} has no name`);
  return name;
}

function givenAs(token: string, { ExpressionAttributeValues }: Names): AttributeValue {
  const value = ExpressionAttributeValues?.[token];
  if (value === undefined) throw new Error(`${token} has no value`);
  return value;
}
