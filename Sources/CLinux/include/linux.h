#ifndef CCLUSTER_LINUX_H
#define CCLUSTER_LINUX_H
#endif
