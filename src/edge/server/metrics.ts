import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { Deps } from '../../core/deps/deps.ts';

/** Bounds of the durations' buckets, in seconds. */
const buckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** Creates the metrics of one process, which `/metrics` shows. */
export function createMetrics({ operationSeconds }: Pick<Deps, 'operationSeconds'>) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  registry.registerMetric(operationSeconds);
  const requests = new Histogram({
    name: 'patchbay_http_request_duration_seconds',
    help: 'Duration of requests by edge, method and status.',
    labelNames: ['edge', 'method', 'status'] as const,
    buckets,
    registers: [registry],
  });
  return { registry, requests };
}

export type Metrics = ReturnType<typeof createMetrics>;

declare module '../../core/deps/deps.ts' {
  interface Deps {
    operationSeconds: Histogram<'operation' | 'outcome'>;
  }
}

export function createOperationSeconds(): Deps['operationSeconds'] {
  return new Histogram({
    name: 'patchbay_operation_duration_seconds',
    help: 'Duration of operations by name and outcome: "ok", or the kind of the failure.',
    labelNames: ['operation', 'outcome'] as const,
    buckets,
    registers: [],
  });
}
