// What an app does with the types of its operations. Where the schema loses a null or an enum's value, this file no
// longer compiles; each `@ts-expect-error` is a mistake that the types must show.
import type { CheckInErrorCode, CheckInInput } from "./generated/graphql.js";
import { CheckInDocument, RefreshTokensDocument, TodayDocument } from "./generated/graphql.js";

// The result and the variables that a document is typed with.
type Typed<Result, Variables> = { __apiType?: (variables: Variables) => Result };
declare function ask<Result, Variables>(document: Typed<Result, Variables>, variables: Variables): Promise<Result>;

// What becomes of a check-in that waits in the queue.
export async function sendQueued(input: CheckInInput): Promise<"sent" | "dropped" | "kept"> {
  const { checkIn } = await ask(CheckInDocument, { input });
  if (!checkIn) {
    return "kept";
  }
  const problem: CheckInErrorCode | undefined = checkIn.errors[0]?.code;
  switch (problem) {
    case undefined:
      return "sent";
    case "NOT_FOUND":
    case "INVALID_LOCATION":
    case "CAPTURED_IN_FUTURE":
    case "TOO_OLD":
    case "IDEMPOTENCY_CONFLICT":
    case "NOT_AN_EMPLOYEE":
      return "dropped";
    case "TOO_MANY_CHECK_INS":
    case "UNAVAILABLE":
      return "kept";
    default:
      return problem satisfies never;
  }
}

export async function nextStep(): Promise<string> {
  const { viewer } = await ask(TodayDocument, {});
  // @ts-expect-error Citizens have no first screen.
  viewer?.today.nextStep;
  return viewer?.today?.nextStep.message ?? "";
}

export async function refresh(refreshToken: string): Promise<string | undefined> {
  const { refreshTokens } = await ask(RefreshTokensDocument, { input: { refreshToken } });
  // @ts-expect-error There are no tokens where there are errors.
  const certain: string = refreshTokens?.accessToken;
  // @ts-expect-error The input is not optional.
  await ask(RefreshTokensDocument, {});
  return refreshTokens?.accessToken ?? certain;
}
