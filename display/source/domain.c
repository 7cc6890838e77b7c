/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <string.h>

#include "display/source/virtloop.h"
#include "display/source/vm.h"
#include "vgpu/base/cleanup.h"
#include "vgpu/base/log.h"
#include "vgpu/base/name.h"

#define KEEPALIVE_S	5
#define KEEPALIVE_COUNT 3
#define LOOK_MS		5000
#define VGPUS_MAX	8
#define LABEL_SIZE	64
#define LAG_MS		15000 /* on a busy host libvirtd reports QEMU's end seconds later */

/* A mediated device with a display. */
struct vgpu {
	char alias[LABEL_SIZE]; /* QEMU's id of the device */
	char uuid[BASE_UUID_SIZE];
};

struct domain {
	struct display_vm vm;
	virConnectPtr connection;
	virDomainPtr handle;
	int callback; /* -1: not registered */
	int graphics; /* index of the D-Bus display */
	const char *uri;
	struct vgpu vgpus[VGPUS_MAX];
	size_t vgpu_count;
};

BASE_DEFINE_CLEANUP_PTR(xml_doc, xmlDoc, xmlFreeDoc)
BASE_DEFINE_CLEANUP_PTR(xml_context, xmlXPathContext, xmlXPathFreeContext)
BASE_DEFINE_CLEANUP_PTR(xml_object, xmlXPathObject, xmlXPathFreeObject)

/* Keeps libvirt from printing its errors itself, in addition to the viewer's messages. */
static void keep_quiet(void *data, virErrorPtr error)
{
	(void)data;
	(void)error;
}

static const char *libvirt_message(void)
{
	const char *text = virGetLastErrorMessage();

	return text != NULL ? text : "unknown error";
}

static void tell(struct domain *domain, enum display_vm_end end)
{
	bool first = !domain->vm.gone;

	domain->vm.gone = true;
	if (first && domain->vm.ended != NULL)
		domain->vm.ended(domain->vm.ended_data, end);
}

static int on_lifecycle(virConnectPtr connection, virDomainPtr handle, int event, int detail,
			void *data)
{
	struct domain *domain = data;

	(void)connection;
	(void)handle;
	domain->vm.stirred = true;
	if (event != VIR_DOMAIN_EVENT_STOPPED)
		return 0;
	domain->vm.returns = detail == VIR_DOMAIN_EVENT_STOPPED_SAVED ||
			     detail == VIR_DOMAIN_EVENT_STOPPED_MIGRATED ||
			     detail == VIR_DOMAIN_EVENT_STOPPED_FROM_SNAPSHOT;
	if (detail == VIR_DOMAIN_EVENT_STOPPED_CRASHED || detail == VIR_DOMAIN_EVENT_STOPPED_FAILED)
		tell(domain, DISPLAY_VM_FAILED);
	else
		tell(domain, DISPLAY_VM_STOPPED);
	return 0;
}

/* The viewer continues, because the picture does not need libvirt. */
static void on_close(virConnectPtr connection, int reason, void *data)
{
	struct domain *domain = data;

	(void)connection;
	domain->vm.deaf = true;
	base_warning("lost the connection to libvirt (reason %d)%s", reason,
		     domain->vm.gone ? "" : "; the picture continues");
}

static int open_connection(struct domain *domain, struct base_error *err)
{
	domain->connection = virConnectOpen(domain->uri);
	if (domain->connection == NULL) {
		return base_error_set(err, BASE_FAILED,
				      "cannot connect to libvirt at %s: %s "
				      "(members of group libvirt may connect)",
				      domain->uri, libvirt_message());
	}
	virConnectSetKeepAlive(domain->connection, KEEPALIVE_S, KEEPALIVE_COUNT);
	virConnectRegisterCloseCallback(domain->connection, on_close, domain, NULL);
	return 0;
}

/* NULL and err if there is no domain with that name or UUID. */
static virDomainPtr look_up(virConnectPtr connection, const char *name, struct base_error *err)
{
	virDomainPtr handle = virDomainLookupByName(connection, name);
	char uuid[BASE_UUID_SIZE];

	if (handle == NULL && virGetLastErrorCode() == VIR_ERR_NO_DOMAIN &&
	    base_name_parse_uuid(name, uuid))
		handle = virDomainLookupByUUIDString(connection, uuid);
	if (handle == NULL && virGetLastErrorCode() == VIR_ERR_NO_DOMAIN)
		base_error_set(err, BASE_FAILED, "there is no domain '%s': see virsh list --all",
			       name);
	else if (handle == NULL)
		base_error_set(err, BASE_FAILED, "cannot look up domain '%s': %s", name,
			       libvirt_message());
	return handle;
}

static int watch(struct domain *domain, struct base_error *err)
{
	domain->callback = virConnectDomainEventRegisterAny(
		domain->connection, domain->handle, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
		VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle), domain, NULL);
	if (domain->callback < 0)
		return base_error_set(err, BASE_FAILED, "cannot follow domain '%s': %s",
				      domain->vm.name, libvirt_message());
	return 0;
}

static bool has_attribute(xmlNode *node, const char *name, const char *want)
{
	xmlChar *value = xmlGetProp(node, (const xmlChar *)name);
	bool equal = value != NULL && strcmp((const char *)value, want) == 0;

	xmlFree(value);
	return equal;
}

static int find_in(const xmlNodeSet *nodes)
{
	for (int i = 0; nodes != NULL && i < nodes->nodeNr; i++) {
		if (has_attribute(nodes->nodeTab[i], "type", "dbus") &&
		    has_attribute(nodes->nodeTab[i], "p2p", "yes"))
			return i;
	}
	return -1;
}

static xmlNode *find_child(xmlNode *node, const char *name)
{
	for (xmlNode *child = node->children; child != NULL; child = child->next) {
		if (child->type == XML_ELEMENT_NODE && strcmp((const char *)child->name, name) == 0)
			return child;
	}
	return NULL;
}

/* Copies an attribute of a node, which may be NULL; false if there is none or it is too long. */
static bool copy_attribute(xmlNode *node, const char *name, char *to, size_t size)
{
	xmlChar *value = node != NULL ? xmlGetProp(node, (const xmlChar *)name) : NULL;
	size_t length = value != NULL ? strlen((const char *)value) : size;
	bool fits = length < size;

	if (fits)
		memcpy(to, value, length + 1);
	xmlFree(value);
	return fits;
}

static bool read_vgpu(xmlNode *hostdev, struct vgpu *vgpu)
{
	xmlNode *source = find_child(hostdev, "source");
	char uuid[BASE_UUID_SIZE];

	*vgpu = (struct vgpu){ 0 };
	copy_attribute(find_child(hostdev, "alias"), "name", vgpu->alias, sizeof(vgpu->alias));
	return source != NULL &&
	       copy_attribute(find_child(source, "address"), "uuid", uuid, sizeof(uuid)) &&
	       base_name_parse_uuid(uuid, vgpu->uuid);
}

static void read_vgpus(struct domain *domain, const xmlNodeSet *hostdevs)
{
	domain->vgpu_count = 0;
	for (int i = 0; hostdevs != NULL && i < hostdevs->nodeNr; i++) {
		if (domain->vgpu_count < VGPUS_MAX &&
		    read_vgpu(hostdevs->nodeTab[i], &domain->vgpus[domain->vgpu_count]))
			domain->vgpu_count++;
	}
}

static xmlXPathObject *evaluate(xmlXPathContext *context, const char *path)
{
	return xmlXPathEvalExpression((const xmlChar *)path, context);
}

/* Returns the display's index among the domain's graphics, which libvirt needs; -1: none. */
static int read_domain(struct domain *domain, const char *text)
{
	BASE_AUTO(xml_doc)
	xmlDoc *doc = xmlReadMemory(text, (int)strlen(text), NULL, NULL,
				    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	BASE_AUTO(xml_context) xmlXPathContext *context = NULL;
	BASE_AUTO(xml_object) xmlXPathObject *graphics = NULL;
	BASE_AUTO(xml_object) xmlXPathObject *vgpus = NULL;

	if (doc == NULL)
		return -1;
	context = xmlXPathNewContext(doc);
	if (context == NULL)
		return -1;
	graphics = evaluate(context, "/domain/devices/graphics");
	vgpus = evaluate(context, "/domain/devices/hostdev[@type='mdev'][@display='on']");
	if (vgpus != NULL)
		read_vgpus(domain, vgpus->nodesetval);
	return graphics != NULL ? find_in(graphics->nodesetval) : -1;
}

static int find_display(struct domain *domain, struct base_error *err)
{
	BASE_AUTO(free) char *xml = virDomainGetXMLDesc(domain->handle, 0);

	if (xml == NULL || virDomainGetUUIDString(domain->handle, domain->vm.domain_uuid) < 0)
		return base_error_set(err, BASE_FAILED, "cannot read domain '%s': %s",
				      domain->vm.name, libvirt_message());
	domain->graphics = read_domain(domain, xml);
	if (domain->graphics >= 0)
		return 0;
	return base_error_set(
		err, BASE_FAILED,
		"domain '%s' has no D-Bus display (graphics type 'dbus', p2p 'yes'): run "
		"vgpu attach, then restart the domain",
		domain->vm.name);
}

static void close_connection(struct domain *domain)
{
	if (domain->callback >= 0)
		virConnectDomainEventDeregisterAny(domain->connection, domain->callback);
	domain->callback = -1;
	if (domain->handle != NULL)
		virDomainFree(domain->handle);
	domain->handle = NULL;
	if (domain->connection == NULL)
		return;
	virConnectUnregisterCloseCallback(domain->connection, on_close);
	virConnectClose(domain->connection);
	domain->connection = NULL;
}

static int connect_domain(struct domain *domain, struct base_error *err)
{
	domain->vm.deaf = false;
	domain->vm.stirred = true;
	if (open_connection(domain, err) < 0)
		return -1;
	domain->handle = look_up(domain->connection, domain->vm.name, err);
	return domain->handle != NULL ? watch(domain, err) : -1;
}

static int is_active(struct domain *domain, struct base_error *err)
{
	int active = virDomainIsActive(domain->handle);

	/* A transient domain does not exist any more after it has stopped. */
	if (active < 0 && virGetLastErrorCode() == VIR_ERR_NO_DOMAIN)
		active = 0;
	if (active < 0)
		return base_error_set(err, BASE_FAILED, "cannot read the state of domain '%s': %s",
				      domain->vm.name, libvirt_message());
	if (!active)
		base_error_set(
			err, BASE_FAILED,
			"domain '%s' is not running: start it with virsh -c %s start '%s', or add "
			"--start or --wait",
			domain->vm.name, domain->uri, domain->vm.name);
	return active;
}

/*
 * Connects to libvirt again if the connection was lost. While libvirtd is away, the domain
 * counts as not running, because nothing can start it.
 */
static int look(struct display_vm *vm, struct base_error *err)
{
	struct domain *domain = (struct domain *)vm;
	int active;

	if (vm->deaf || domain->connection == NULL) {
		close_connection(domain);
		if (connect_domain(domain, err) < 0) {
			vm->deaf = true;
			vm->stirred = false;
			return 0;
		}
	}
	if (!vm->stirred)
		return vm->gone ? 0 : 1;
	vm->stirred = false;
	active = is_active(domain, err);
	if (active > 0 && find_display(domain, err) < 0)
		return -1;
	vm->gone = active == 0;
	vm->returns = vm->returns && vm->gone;
	return active;
}

static int start(struct display_vm *vm, struct base_error *err)
{
	struct domain *domain = (struct domain *)vm;

	domain->vm.stirred = true;
	if (virDomainCreate(domain->handle) < 0)
		return base_error_set(err, BASE_FAILED, "cannot start domain '%s': %s", vm->name,
				      libvirt_message());
	return 0;
}

static int open_display(struct display_vm *vm, struct base_error *err)
{
	struct domain *domain = (struct domain *)vm;
	int fd = virDomainOpenGraphicsFD(domain->handle, (unsigned int)domain->graphics, 0);

	if (fd < 0)
		return base_error_set(err, BASE_FAILED,
				      "cannot open the display of domain '%s': %s", vm->name,
				      libvirt_message());
	return fd;
}

static void destroy(struct display_vm *vm)
{
	struct domain *domain = (struct domain *)vm;

	close_connection(domain);
	display_virtloop_detach();
	free(domain->vm.name);
	free(domain);
}

static void choose_vgpu(struct display_vm *vm, const char *label, bool only_screen)
{
	struct domain *domain = (struct domain *)vm;

	for (size_t i = 0; i < domain->vgpu_count; i++) {
		if ((label != NULL && strcmp(label, domain->vgpus[i].alias) == 0) || only_screen) {
			memcpy(vm->vgpu, domain->vgpus[i].uuid, sizeof(vm->vgpu));
			return;
		}
	}
}

static const struct display_vm_ops domain_ops = {
	.choose_vgpu = choose_vgpu,
	.look = look,
	.start = start,
	.open_display = open_display,
	.destroy = destroy,
};

struct display_vm *display_domain_create(const char *name, const char *uri,
					 struct display_events *loop, struct base_error *err)
{
	struct domain *domain = calloc(1, sizeof(*domain));

	if (domain == NULL) {
		base_error_errno(err, ENOMEM, "cannot start");
		return NULL;
	}
	domain->vm.ops = &domain_ops;
	domain->vm.peer = DISPLAY_PEER_LIBVIRT;
	domain->vm.name = strdup(name);
	domain->vm.lag_ms = LAG_MS;
	domain->vm.look_ms = LOOK_MS;
	domain->vm.gone = true;
	domain->uri = uri != NULL ? uri : getenv("LIBVIRT_DEFAULT_URI");
	if (domain->uri == NULL)
		domain->uri = "qemu:///system";
	domain->callback = -1;
	virSetErrorFunc(NULL, keep_quiet);
	if (domain->vm.name == NULL || display_virtloop_attach(loop->event, err) < 0 ||
	    connect_domain(domain, err) < 0) {
		destroy(&domain->vm);
		return NULL;
	}
	return &domain->vm;
}
