/* kube_file.c - see kube_file.h. Objects: kubernetes.io/docs/reference/kubernetes-api, v1 and
 * discovery.k8s.io/v1. */
#include "daemon/kube_file.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

/* A service, or a pod that a service's slice names. `key` is the pod's, "NAMESPACE/NAME". */
struct member {
    const char *name_space, *pod; /* borrowed from the dump */
    const cJSON *service;
    bool headless;
};

struct dump {
    const cJSON *items;
    struct given *given;
    struct member *service, *member; /* owned; sorted */
    size_t service_len, member_len;
    bool full; /* a rule found no room */
};

static const cJSON *field(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

/* "" if it is no text. */
static const char *text_of(const cJSON *object, const char *name)
{
    const char *text = cJSON_GetStringValue(field(object, name));
    return text ? text : "";
}

static const char *meta(const cJSON *object, const char *name)
{
    return text_of(field(object, "metadata"), name);
}

static bool is_kind(const cJSON *object, const char *kind)
{
    return strcmp(text_of(object, "kind"), kind) == 0;
}

static uint16_t port_of(const cJSON *object, const char *name)
{
    const cJSON *port = field(object, name);
    bool fits = cJSON_IsNumber(port) && port->valuedouble >= 1 && port->valuedouble <= UINT16_MAX;
    return fits ? (uint16_t)port->valuedouble : 0;
}

/* NAME.NAMESPACE, or NAME for what is in no namespace. */
static struct given_label label_of(const char *name, const char *name_space)
{
    char whole[2 * NAME_TEXT_MAX];
    struct given_label label = {0};
    snprintf(whole, sizeof whole, "%s%s%s", name, name_space[0] ? "." : "", name_space);
    text_clean(label.name, sizeof label.name, bytes_of_text(whole));
    text_clean(label.group, sizeof label.group, bytes_of_text(name_space));
    return label;
}

static struct given_label label_of_object(const cJSON *object)
{
    return label_of(meta(object, "name"), meta(object, "namespace"));
}

/* Port 0: all. What is no address ("None", a host name of a load balancer) is passed over. */
static void give(struct dump *d, const char *address, uint16_t port,
                 const struct given_label *label)
{
    struct given_rule rule = {
        .network.prefix_bits = 128, .port_first = port, .port_last = port ? port : UINT16_MAX};
    if (label->name[0] && address_from_text(address, &rule.network.address))
        d->full = !given_add(d->given, &rule, label) || d->full;
}

static bool has_address(const cJSON *service)
{
    const char *ip = text_of(field(service, "spec"), "clusterIP");
    return ip[0] && strcmp(ip, "None") != 0;
}

static void give_on_ports(struct dump *d, const char *address, const cJSON *ports, const char *name,
                          const struct given_label *label)
{
    const cJSON *port;
    cJSON_ArrayForEach(port, ports) if (port_of(port, name))
        give(d, address, port_of(port, name), label);
}

static const char *internal_address(const cJSON *node)
{
    const cJSON *address;
    cJSON_ArrayForEach(address, field(field(node, "status"), "addresses"))
    {
        if (strcmp(text_of(address, "type"), "InternalIP") == 0)
            return text_of(address, "address");
    }
    return "";
}

/* What only some ports of an address may be: others share it. */
static void give_shared(struct dump *d, const cJSON *service, const struct given_label *label)
{
    const cJSON *spec = field(service, "spec"), *ports = field(spec, "ports"), *at, *node;
    const cJSON *balancer = field(field(service, "status"), "loadBalancer");
    cJSON_ArrayForEach(at, field(spec, "externalIPs"))
        give_on_ports(d, cJSON_IsString(at) ? at->valuestring : "", ports, "port", label);
    cJSON_ArrayForEach(at, field(balancer, "ingress"))
        give_on_ports(d, text_of(at, "ip"), ports, "port", label);
    bool on_nodes = strcmp(text_of(spec, "type"), "NodePort") == 0 ||
                    strcmp(text_of(spec, "type"), "LoadBalancer") == 0;
    if (!on_nodes)
        return;
    cJSON_ArrayForEach(node, d->items)
    {
        if (is_kind(node, "Node"))
            give_on_ports(d, internal_address(node), ports, "nodePort", label);
    }
}

static void give_service(struct dump *d, const cJSON *service)
{
    const cJSON *spec = field(service, "spec"), *at;
    struct given_label label = label_of_object(service);
    give(d, text_of(spec, "clusterIP"), 0, &label);
    cJSON_ArrayForEach(at, field(spec, "clusterIPs"))
        give(d, cJSON_IsString(at) ? at->valuestring : "", 0, &label);
    give_shared(d, service, &label);
}

static void give_node(struct dump *d, const cJSON *node)
{
    const cJSON *address;
    struct given_label label = label_of(meta(node, "name"), "");
    cJSON_ArrayForEach(address, field(field(node, "status"), "addresses"))
        give(d, text_of(address, "address"), 0, &label);
}

/* By namespace, name; then whatever has an address first, then by the service's name. */
static int compare_member(const void *left, const void *right)
{
    const struct member *a = left, *b = right;
    int order = strcmp(a->name_space, b->name_space);
    if (!order)
        order = strcmp(a->pod, b->pod);
    if (!order)
        order = a->headless - b->headless;
    return order ? order : strcmp(meta(a->service, "name"), meta(b->service, "name"));
}

static const struct member *find_member(const struct member *rows, size_t len,
                                        const char *name_space, const char *name)
{
    size_t low = 0, high = len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(rows[middle].name_space, name_space);
        if (!order)
            order = strcmp(rows[middle].pod, name);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < len && strcmp(rows[low].name_space, name_space) == 0 &&
                 strcmp(rows[low].pod, name) == 0;
    return found ? &rows[low] : NULL;
}

static const struct member *service_of_slice(const struct dump *d, const cJSON *slice)
{
    const cJSON *labels = field(field(slice, "metadata"), "labels");
    return find_member(d->service, d->service_len, meta(slice, "namespace"),
                       text_of(labels, "kubernetes.io/service-name"));
}

/* Endpoints that are no pods, such as a database outside. */
static void give_slice(struct dump *d, const cJSON *slice)
{
    const struct member *of = service_of_slice(d, slice);
    const cJSON *endpoint, *address;
    if (!of)
        return;
    struct given_label label = label_of_object(of->service);
    cJSON_ArrayForEach(endpoint, field(slice, "endpoints"))
    {
        if (strcmp(text_of(field(endpoint, "targetRef"), "kind"), "Pod") == 0)
            continue;
        cJSON_ArrayForEach(address, field(endpoint, "addresses"))
            give_on_ports(d, cJSON_IsString(address) ? address->valuestring : "",
                          field(slice, "ports"), "port", &label);
    }
}

/* "cart-7d9c5b6f4" without the part that its maker added; `name` has its size. */
static void cut_last_part(char *name)
{
    char *dash = strrchr(name, '-');
    if (dash && dash != name)
        *dash = '\0';
}

static bool ends_in_digits(const char *name)
{
    const char *dash = strrchr(name, '-');
    return dash && dash[1] && strspn(dash + 1, "0123456789") == strlen(dash + 1);
}

/* The name of what made the pod: a ReplicaSet is its Deployment's, a numbered Job its CronJob's. */
static struct given_label maker_of(const cJSON *pod)
{
    char name[NAME_TEXT_MAX];
    const cJSON *owner = cJSON_GetArrayItem(field(field(pod, "metadata"), "ownerReferences"), 0);
    snprintf(name, sizeof name, "%s", owner ? text_of(owner, "name") : meta(pod, "name"));
    if (is_kind(owner, "ReplicaSet") || (is_kind(owner, "Job") && ends_in_digits(name)))
        cut_last_part(name);
    return label_of(name, meta(pod, "namespace"));
}

static void give_ports_of(struct dump *d, const cJSON *pod, const char *address,
                          const struct given_label *label)
{
    const cJSON *container;
    cJSON_ArrayForEach(container, field(field(pod, "spec"), "containers"))
        give_on_ports(d, address, field(container, "ports"), "containerPort", label);
}

static void give_pod(struct dump *d, const cJSON *pod)
{
    const cJSON *status = field(pod, "status"), *at;
    const char *phase = text_of(status, "phase");
    if (strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0)
        return;
    const struct member *of =
        find_member(d->member, d->member_len, meta(pod, "namespace"), meta(pod, "name"));
    struct given_label label = of ? label_of_object(of->service) : maker_of(pod);
    if (cJSON_IsTrue(field(field(pod, "spec"), "hostNetwork"))) {
        give_ports_of(d, pod, text_of(status, "podIP"), &label);
        return;
    }
    give(d, text_of(status, "podIP"), 0, &label);
    cJSON_ArrayForEach(at, field(status, "podIPs")) give(d, text_of(at, "ip"), 0, &label);
}

static bool load_services(struct dump *d)
{
    const cJSON *item;
    size_t len = 0;
    cJSON_ArrayForEach(item, d->items) len += is_kind(item, "Service");
    d->service = calloc(len + 1, sizeof *d->service);
    if (!d->service)
        return false;
    cJSON_ArrayForEach(item, d->items) if (is_kind(item, "Service")) d->service[d->service_len++] =
        (struct member){meta(item, "namespace"), meta(item, "name"), item, !has_address(item)};
    qsort(d->service, d->service_len, sizeof *d->service, compare_member);
    return true;
}

static void add_members(struct dump *d, const cJSON *slice)
{
    const struct member *of = service_of_slice(d, slice);
    const cJSON *endpoint;
    if (!of)
        return;
    cJSON_ArrayForEach(endpoint, field(slice, "endpoints"))
    {
        const cJSON *target = field(endpoint, "targetRef");
        if (is_kind(target, "Pod"))
            d->member[d->member_len++] = (struct member){
                meta(slice, "namespace"), text_of(target, "name"), of->service, of->headless};
    }
}

/* Which pods are whose. */
static bool load_members(struct dump *d)
{
    const cJSON *item;
    size_t most = 0;
    cJSON_ArrayForEach(item, d->items) if (is_kind(item, "EndpointSlice")) most +=
        (size_t)cJSON_GetArraySize(field(item, "endpoints"));
    d->member = calloc(most + 1, sizeof *d->member);
    if (!d->member)
        return false;
    cJSON_ArrayForEach(item, d->items) if (is_kind(item, "EndpointSlice")) add_members(d, item);
    qsort(d->member, d->member_len, sizeof *d->member, compare_member);
    return true;
}

static bool give_all(struct dump *d)
{
    static const struct {
        const char *kind;
        void (*give)(struct dump *d, const cJSON *item);
    } steps[] = {/* of rules for the same address and ports the last one counts */
                 {"Node", give_node},
                 {"EndpointSlice", give_slice},
                 {"Pod", give_pod},
                 {"Service", give_service}};
    const cJSON *item;
    if (!load_services(d) || !load_members(d))
        return false;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        cJSON_ArrayForEach(item, d->items) if (is_kind(item, steps[i].kind)) steps[i].give(d, item);
    return true;
}

/* The file as a text; given: free(). */
static char *read_whole(const char *path, size_t *ret_len, struct err *err)
{
    struct stat st;
    FILE *file = fopen(path, "re");
    char *text = NULL;
    if (!file || fstat(fileno(file), &st) < 0)
        err_set(err, "kube: cannot open %s: %s", path, strerror(errno));
    else if (st.st_size > KUBE_FILE_MAX_BYTES)
        err_set(err, "kube: %s is larger than %d MiB", path, KUBE_FILE_MAX_BYTES >> 20);
    else if (!(text = malloc((size_t)st.st_size + 1)))
        err_set(err, "kube: %s: out of memory", path);
    if (text)
        *ret_len = fread(text, 1, (size_t)st.st_size, file);
    if (file)
        fclose(file);
    return text;
}

static bool use(const char *path, const cJSON *root, struct given *given, struct err *err)
{
    struct dump d = {.items = field(root, "items"), .given = given};
    bool good = cJSON_IsArray(d.items);
    if (!good)
        err_set(err,
                "kube: %s has no \"items\": write it with kubectl get "
                "pods,services,endpointslices,nodes -A -o json",
                path);
    else if (!give_all(&d))
        good = err_set(err, "kube: %s: out of memory", path);
    else if (d.full)
        good = err_set(err, "kube: %s: no room for more than %d names", path, GIVEN_RULES_MAX);
    free(d.service);
    free(d.member);
    return good;
}

bool kube_file_read(const char *path, struct given *given, struct err *err)
{
    size_t len = 0;
    char *text = read_whole(path, &len, err);
    if (!text)
        return false;
    const char *stopped = NULL;
    cJSON *root = cJSON_ParseWithLengthOpts(text, len, &stopped, false);
    bool good = root ? use(path, root, given, err)
                     : err_set(err, "kube: %s is no JSON: it stops making sense at byte %zu", path,
                               stopped ? (size_t)(stopped - text) : (size_t)0);
    cJSON_Delete(root);
    free(text);
    return good;
}
