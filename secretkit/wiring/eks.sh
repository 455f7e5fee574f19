# From the environment:
#   CLUSTER  name of the cluster
#   WAIT     seconds between two looks at a change (15)
# Exit: 0 all is set, else not.
set -eu
: "${CLUSTER:?name of the cluster}"

KEY=@KEY@
LOGGING=@LOGGING@
ENCRYPTION=@ENCRYPTION@
WAIT=${WAIT:-15}
AWS_PAGER= # it would wait for somebody to turn the page
export AWS_PAGER

# What EKS says of the cluster, by a JMESPath.
of_cluster() { aws eks describe-cluster --name "$CLUSTER" --output text --query "$1"; }

# Waits for a change by its id; fails where that does. A cluster is active again too soon to tell.
until_done() {
    state=InProgress
    while [ "$state" = InProgress ]; do
        sleep "$WAIT"
        state=$(aws eks describe-update --name "$CLUSTER" --update-id "$1" \
            --output text --query update.status)
    done
    if [ "$state" != Successful ]; then
        printf '%s\n' "change $1 of $CLUSTER: $state" >&2
        return 1
    fi
}

# EKS refuses a change while one is under way, and one that changes nothing.
aws eks wait cluster-active --name "$CLUSTER"
logged=$(of_cluster "contains(cluster.logging.clusterLogging[?enabled].types[] || ['none'], 'audit')")
if [ "$logged" = True ]; then
    printf '%s\n' "$CLUSTER logs its audit already"
else
    change=$(aws eks update-cluster-config --name "$CLUSTER" --logging "$LOGGING" \
        --output text --query update.id)
    until_done "$change"
    printf '%s\n' "$CLUSTER logs its audit"
fi

if [ -z "$KEY" ]; then exit 0; fi
used=$(of_cluster "cluster.encryptionConfig[0].provider.keyArn")
case $used in
"$KEY") printf '%s\n' "$CLUSTER encrypts with $KEY already" ;;
None | '')
    # This may take an hour.
    change=$(aws eks associate-encryption-config --cluster-name "$CLUSTER" \
        --encryption-config "$ENCRYPTION" --output text --query update.id)
    until_done "$change"
    printf '%s\n' "$CLUSTER encrypts with $KEY"
    ;;
*)
    printf '%s\n' "$CLUSTER encrypts with $used, which EKS lets nobody change" >&2
    exit 1
    ;;
esac
