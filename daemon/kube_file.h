/* kube_file.h - names from a dump of a Kubernetes cluster, as written by
 *
 *     kubectl get pods,services,endpointslices,nodes -A -o json
 *
 * A service's name is NAME.NAMESPACE, and its namespace is its group. Its addresses are its own
 * (spec.clusterIPs, externalIPs, status.loadBalancer), its port on every node (nodePort), those of
 * the pods that its EndpointSlices name, and those endpoints that are no pods. A pod of several
 * services belongs to the first by name that has an address of its own, or to the first. A pod of
 * no service is named as what made it (Deployment, StatefulSet, DaemonSet, Job), and on the host's
 * network it is only its ports. Finished pods have no address any more. */
#pragma once

#include "base/err.h"
#include "graph/given.h"

enum { KUBE_FILE_MAX_BYTES = 512 << 20 };

/* Adds the rules, not sealed. On failure `err` names the file, what is wrong and what to do. */
bool kube_file_read(const char *path, struct given *given, struct err *err);
