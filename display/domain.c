/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <string.h>

#include "display/virtloop.h"
#include "display/vm.h"
#include "vgpu/base/cleanup.h"
#include "vgpu/base/log.h"
#include "vgpu/base/name.h"

#define KEEPALIVE_S	5
#define KEEPALIVE_COUNT 3
#define LAG_MS		15000 /* libvirtd on an overloaded host takes seconds to bury a QEMU */

struct domain {
	struct display_vm vm;
	virConnectPtr connection;
	virDomainPtr handle;
	int callback; /* -1: not registered */
	int graphics; /* the display's number */
	bool ended;
};

BASE_DEFINE_CLEANUP_PTR(xml_doc, xmlDoc, xmlFreeDoc)
BASE_DEFINE_CLEANUP_PTR(xml_context, xmlXPathContext, xmlXPathFreeContext)
BASE_DEFINE_CLEANUP_PTR(xml_object, xmlXPathObject, xmlXPathFreeObject)

/* libvirt prints its errors by itself otherwise, before we can. */
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
	if (domain->ended || domain->vm.ended == NULL)
		return;
	domain->ended = true;
	domain->vm.ended(domain->vm.ended_data, end);
}

static int on_lifecycle(virConnectPtr connection, virDomainPtr handle, int event, int detail,
			void *data)
{
	(void)connection;
	(void)handle;
	if (event != VIR_DOMAIN_EVENT_STOPPED)
		return 0;
	if (detail == VIR_DOMAIN_EVENT_STOPPED_CRASHED || detail == VIR_DOMAIN_EVENT_STOPPED_FAILED)
		tell(data, DISPLAY_VM_FAILED);
	else
		tell(data, DISPLAY_VM_STOPPED);
	return 0;
}

/* The picture does not need libvirt: go on without it. */
static void on_close(virConnectPtr connection, int reason, void *data)
{
	(void)connection;
	(void)data;
	base_warning("lost the connection to libvirt (reason %d); the picture goes on", reason);
}

static int open_connection(struct domain *domain, const char *uri, struct base_error *err)
{
	if (uri == NULL)
		uri = getenv("LIBVIRT_DEFAULT_URI");
	if (uri == NULL)
		uri = "qemu:///system";
	domain->connection = virConnectOpen(uri);
	if (domain->connection == NULL) {
		return base_error_set(err, BASE_FAILED,
				      "cannot connect to libvirt at %s: %s "
				      "(members of group libvirt may)",
				      uri, libvirt_message());
	}
	virConnectSetKeepAlive(domain->connection, KEEPALIVE_S, KEEPALIVE_COUNT);
	virConnectRegisterCloseCallback(domain->connection, on_close, NULL, NULL);
	return 0;
}

/* NULL and err if there is none of that name or UUID. */
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

static int find_domain(struct domain *domain, struct base_error *err)
{
	const char *name = domain->vm.name;
	int active;

	domain->handle = look_up(domain->connection, name, err);
	if (domain->handle == NULL)
		return -1;
	active = virDomainIsActive(domain->handle);
	if (active < 0)
		return base_error_set(err, BASE_FAILED, "cannot look at domain '%s': %s", name,
				      libvirt_message());
	if (!active)
		return base_error_set(err, BASE_FAILED,
				      "domain '%s' is not running: start it with virsh start",
				      name);
	return 0;
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

/* libvirt wants the display's number among the domain's graphics; -1: none. */
static int find_graphics(const char *text)
{
	BASE_AUTO(xml_doc)
	xmlDoc *doc = xmlReadMemory(text, (int)strlen(text), NULL, NULL,
				    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	BASE_AUTO(xml_context) xmlXPathContext *context = NULL;
	BASE_AUTO(xml_object) xmlXPathObject *found = NULL;

	if (doc == NULL)
		return -1;
	context = xmlXPathNewContext(doc);
	if (context == NULL)
		return -1;
	found = xmlXPathEvalExpression((const xmlChar *)"/domain/devices/graphics", context);
	return found != NULL ? find_in(found->nodesetval) : -1;
}

static int find_display(struct domain *domain, struct base_error *err)
{
	BASE_AUTO(free) char *xml = virDomainGetXMLDesc(domain->handle, 0);

	if (xml == NULL)
		return base_error_set(err, BASE_FAILED, "cannot read domain '%s': %s",
				      domain->vm.name, libvirt_message());
	domain->graphics = find_graphics(xml);
	if (domain->graphics >= 0)
		return 0;
	return base_error_set(err, BASE_FAILED,
			      "domain '%s' runs without a D-Bus display (graphics type 'dbus', p2p "
			      "'yes'): run vgpu attach, then restart it",
			      domain->vm.name);
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

	if (domain->callback >= 0)
		virConnectDomainEventDeregisterAny(domain->connection, domain->callback);
	if (domain->handle != NULL)
		virDomainFree(domain->handle);
	if (domain->connection != NULL) {
		virConnectUnregisterCloseCallback(domain->connection, on_close);
		virConnectClose(domain->connection);
	}
	display_virtloop_detach();
	free(domain->vm.name);
	free(domain);
}

static const struct display_vm_ops domain_ops = {
	.open_display = open_display,
	.destroy = destroy,
};

struct display_vm *display_domain_create(const char *name, const char *uri, sd_event *event,
					 struct base_error *err)
{
	struct domain *domain = calloc(1, sizeof(*domain));

	if (domain == NULL) {
		base_error_errno(err, ENOMEM, "cannot start");
		return NULL;
	}
	domain->vm.ops = &domain_ops;
	domain->vm.name = strdup(name);
	domain->vm.lag_ms = LAG_MS;
	domain->callback = -1;
	virSetErrorFunc(NULL, keep_quiet);
	if (domain->vm.name == NULL || display_virtloop_attach(event, err) < 0 ||
	    open_connection(domain, uri, err) < 0 || find_domain(domain, err) < 0 ||
	    find_display(domain, err) < 0 || watch(domain, err) < 0) {
		destroy(&domain->vm);
		return NULL;
	}
	return &domain->vm;
}
