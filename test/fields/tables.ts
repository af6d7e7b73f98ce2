import { NODE_BOOTSTRAP, NODE_BOOTSTRAP_OPTIONS } from '../../src/bootstrap/bootstrap-fields';
import {
  ENABLE_SERVICE,
  INSTALL_PACKAGES,
  RUN,
  STEP_OPTIONS,
  WRITE_FILE,
} from '../../src/bootstrap/step-options';
import { CLUSTER } from '../../src/cluster/cluster-fields';
import { KEPT_PROVIDERS } from '../../src/cluster/cluster-providers';
import { EXISTING_CLUSTER } from '../../src/cluster/existing-cluster-fields';
import { ATTRIBUTES } from '../../src/cluster/imported-cluster';
import { NODE } from '../../src/node/node-fields';
import { HARDWARE } from '../../src/node/node-hardware';
import { IMAGE_OPTIONS } from '../../src/node/node-image';
import { NODE_ROLE } from '../../src/node/node-role';
import { NODE_TEMPLATE } from '../../src/node/node-template';
import { ADDITIONAL_VOLUME, ROOT_VOLUME, VOLUME_OPTIONS } from '../../src/node/node-volume';
import { ALARM, ALARMS, ORPHAN_ALARM, SHARE_ALARM } from '../../src/operations/alarm-fields';
import { DASHBOARD_OPTIONS } from '../../src/operations/cluster-dashboard';
import type { Checked } from '../../src/private/fields';
import { DOCKER_AUTH_OPTIONS } from '../../src/registry/docker-auth';
import { CONSOLIDATION_OPTIONS } from '../../src/replacement/consolidation';
import { DRAIN_LIMIT_OPTIONS } from '../../src/replacement/drain-limit';
import { IMAGE_UPDATE_OPTIONS } from '../../src/replacement/image-updates';
import { REPAIR_NOTIFICATION, REPAIR_OPTIONS } from '../../src/replacement/node-repair';
import { ROLLING } from '../../src/replacement/rolling-replacement-options';
import { SCHEDULED_OPTIONS } from '../../src/replacement/scheduled-options';
import { RATES } from '../../src/settings/agent-values';
import { AGENT_CONFIG } from '../../src/settings/agent-variables';
import { HOST_PORTS } from '../../src/settings/host-ports';
import { RESERVATIONS } from '../../src/tier/capacity-reservations';
import { MANAGED_SCALING } from '../../src/tier/managed-scaling';
import { SPOT } from '../../src/tier/spot-options';
import { TIER, TIER_OPTIONS } from '../../src/tier/tier-fields';
import { SCHEDULE_OPTIONS, WORKING_HOURS } from '../../src/tier/tier-schedule';
import { TIER_STRATEGY } from '../../src/tier/tier-strategy';

/** A table as data. */
interface Table {
  readonly name: string;
  readonly fields: { readonly [field: string]: Checked<any> };
}

const ALL: Table[] = [
  ADDITIONAL_VOLUME,
  AGENT_CONFIG,
  ALARM,
  ALARMS,
  ATTRIBUTES,
  CLUSTER,
  DASHBOARD_OPTIONS,
  DOCKER_AUTH_OPTIONS,
  ENABLE_SERVICE,
  EXISTING_CLUSTER,
  HARDWARE,
  HOST_PORTS,
  IMAGE_OPTIONS,
  INSTALL_PACKAGES,
  KEPT_PROVIDERS,
  MANAGED_SCALING,
  NODE,
  NODE_BOOTSTRAP,
  NODE_BOOTSTRAP_OPTIONS,
  NODE_ROLE,
  NODE_TEMPLATE,
  ORPHAN_ALARM,
  RATES,
  RESERVATIONS,
  CONSOLIDATION_OPTIONS,
  DRAIN_LIMIT_OPTIONS,
  IMAGE_UPDATE_OPTIONS,
  REPAIR_NOTIFICATION,
  REPAIR_OPTIONS,
  ROLLING,
  ROOT_VOLUME,
  RUN,
  SCHEDULED_OPTIONS,
  SCHEDULE_OPTIONS,
  SHARE_ALARM,
  SPOT,
  STEP_OPTIONS,
  TIER,
  TIER_OPTIONS,
  TIER_STRATEGY,
  VOLUME_OPTIONS,
  WORKING_HOURS,
  WRITE_FILE,
];

/** The tables, by the names of their structs. */
export const TABLES: { readonly [struct: string]: Table['fields'] } = Object.fromEntries(
  ALL.map(({ name, fields }) => [name, fields]),
);
