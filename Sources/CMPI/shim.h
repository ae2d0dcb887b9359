// The few calls of MPI that agents make. MPI's constants are macros that Swift cannot import, and so are wrapped with the calls.
#ifndef CCLUSTER_MPI_SHIM_H
#define CCLUSTER_MPI_SHIM_H

#include <mpi.h>
#include <stdint.h>

/// Starts MPI; errors are returned from now on, and end nothing.
static inline int cmpi_start_up(int *rank, int *size) {
  int provided;
  int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
  if (code != MPI_SUCCESS) return code;
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  MPI_Comm_rank(MPI_COMM_WORLD, rank);
  return MPI_Comm_size(MPI_COMM_WORLD, size);
}

/// Tells rank 0 a number of each rank; waits for all of them.
/// @param all of rank 0: as many as there are ranks
static inline int cmpi_collect(int mine, int *all) {
  return MPI_Gather(&mine, 1, MPI_INT, all, 1, MPI_INT, 0, MPI_COMM_WORLD);
}

static inline int cmpi_shut_down(void) { return MPI_Finalize(); }

static inline int cmpi_is_success(int code) { return code == MPI_SUCCESS; }

/// @param text MPI_MAX_ERROR_STRING bytes
static inline void cmpi_describe(int code, char *text) {
  int length;
  MPI_Error_string(code, text, &length);
}

static inline int cmpi_error_size(void) { return MPI_MAX_ERROR_STRING; }

/// A type of blocks that lie anywhere: it is sent from where they lie, as one message.
static inline int cmpi_blocks(int count, const int *sizes, const intptr_t *addresses, MPI_Datatype *type) {
  int code = MPI_Type_create_hindexed(count, sizes, (const MPI_Aint *)addresses, MPI_BYTE, type);
  return code == MPI_SUCCESS ? MPI_Type_commit(type) : code;
}

static inline int cmpi_prepare_send(MPI_Datatype blocks, int rank, int tag, MPI_Request *request) {
  return MPI_Send_init(MPI_BOTTOM, 1, blocks, rank, tag, MPI_COMM_WORLD, request);
}

static inline int cmpi_prepare_receive(MPI_Datatype blocks, int rank, int tag, MPI_Request *request) {
  return MPI_Recv_init(MPI_BOTTOM, 1, blocks, rank, tag, MPI_COMM_WORLD, request);
}

static inline int cmpi_start(MPI_Request *request) { return MPI_Start(request); }

/// Moves on what is under way. Open MPI looks at its sockets in every eighth call only.
static inline void cmpi_move_on(void) {
  for (int call = 0; call < 8; call++) {
    int has_come;
    MPI_Iprobe(MPI_ANY_SOURCE, 0, MPI_COMM_WORLD, &has_come, MPI_STATUS_IGNORE);
  }
}

static inline int cmpi_test(MPI_Request *request, int *is_done) {
  return MPI_Test(request, is_done, MPI_STATUS_IGNORE);
}

static inline int cmpi_send(const void *bytes, int count, int rank, int tag, MPI_Request *request) {
  return MPI_Isend(bytes, count, MPI_BYTE, rank, tag, MPI_COMM_WORLD, request);
}

/// Looks whether a message has come; `message` is to be received then.
static inline int cmpi_look(int rank, int tag, int *has_come, int *count, MPI_Message *message) {
  MPI_Status status;
  int code = MPI_Improbe(rank, tag, MPI_COMM_WORLD, has_come, message, &status);
  if (code == MPI_SUCCESS && *has_come) code = MPI_Get_count(&status, MPI_BYTE, count);
  return code;
}

static inline int cmpi_receive(void *bytes, int count, MPI_Message *message) {
  return MPI_Mrecv(bytes, count, MPI_BYTE, message, MPI_STATUS_IGNORE);
}

#endif
