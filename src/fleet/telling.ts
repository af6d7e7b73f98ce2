import type * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { type Expressions, jsonata, type Steps } from './steps';

/** A message for a topic: the body is an expression, and the subject a text or `jsonata()`. */
interface Message {
  readonly subject: string;
  readonly message: string;
  readonly assign?: Expressions;
}

/** Sends a message to `$topic`. */
export function telling(
  steps: Steps,
  name: string,
  { subject, message, assign }: Message,
): tasks.CallAwsService {
  return steps.call(name, 'sns:publish', {
    parameters: { TopicArn: jsonata('$topic'), Subject: subject, Message: jsonata(message) },
    assign,
    retry: true,
  });
}
