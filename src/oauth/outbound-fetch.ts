import { Agent, type Dispatcher } from 'undici';
import {
  OutboundEncodedError,
  OutboundError,
  OutboundRedirectError,
  OutboundRefusedError,
  OutboundTimeoutError,
  OutboundUnreachableError,
} from './outbound.errors.ts';
import { maxAnswerBytes, readAnswer } from './outbound-answer.ts';
