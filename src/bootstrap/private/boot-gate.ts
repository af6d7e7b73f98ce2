/** Where the boot of this instance is known to have been completed. */
export const STAMP = '/var/lib/cloud/instance/ecs-bootstrapped';

/** Why it was not. */
export const ERROR_FILE = '/var/lib/cloud/instance/ecs-error';

/**
 * Runs at every boot before all other user data. Without this instance's stamp systemd refuses to start the
 * agent. A guard powers the node off once user data has ended in any way: failed, killed, out of time, never
 * parsed.
 *
 * It is a boothook, since a later part can replace a `bootcmd` but not a boothook. The reason is read with
 * `grep .`, for a script that was killed may leave it empty. What a boothook writes cloud-init keeps to
 * itself, so the script writes to the journal directly. Neither a console nor a journal that does not work
 * may keep the power on, hence `set +e`. Options are before the verb: with `POSIXLY_CORRECT` in the
 * environment systemctl takes those after it for units.
 */
export const BOOT_GATE = `#!/bin/sh
# At each boot: no stamp, no ECS agent.
set -e; trap '[ $? = 0 ] || { set +e; echo "ECS gate not set, stopping" | tee /dev/console | systemd-cat -t ecs-bootstrap; systemctl -f poweroff; }' EXIT
cd /etc/systemd/system; mkdir -p ecs.service.d cloud-final.service.d
cat >ecs.service.d/50-bootstrap.conf <<'X'
[Unit]
AssertPathExists=${STAMP}
X
cat >cloud-final.service.d/50-bootstrap.conf <<'X'
[Service]
TimeoutStartSec=15min
TimeoutStopSec=20
KillMode=control-group
X
cat >ecs-bootstrap-guard.service <<'X'
[Unit]
Description=Stop a node whose ECS bootstrap did not finish
After=cloud-final.service
ConditionPathExists=!${STAMP}
JobTimeoutSec=30min
SuccessAction=poweroff
FailureAction=poweroff
JobTimeoutAction=poweroff
[Service]
Type=oneshot
SyslogIdentifier=ecs-bootstrap
StandardOutput=journal+console
ExecStart=-/bin/sh -c 'echo "ECS BOOTSTRAP FAILED: $(grep . ${ERROR_FILE} || echo killed, timed out, interrupted, syntax error or never run)"'
[Install]
WantedBy=multi-user.target
X
systemctl daemon-reload; systemctl --now --no-block enable ecs-bootstrap-guard.service; sync`;

/**
 * Where `/var/lib/cloud` is mounted noexec, cloud-init can run neither the boothook nor the script. It
 * imports a part handler, which needs no right to execute: this one runs the gate where no boothook has set
 * it. The gate's units stay on the disk, so later boots have them too.
 *
 * Not a `bootcmd`: that would replace one of the image's own.
 */
export const GATE_WITHOUT_EXECUTION = `#part-handler
import os
list_types = handle_part = lambda *_: []
os.system('[ -e /etc/systemd/system/ecs-bootstrap-guard.service ] || { cd /var/lib/cloud/instance; sh boothooks/*; echo /var/lib/cloud is mounted noexec >ecs-error; }')`;
