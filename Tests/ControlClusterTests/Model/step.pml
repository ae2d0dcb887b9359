/* The step protocol of Sources/ControlCluster/Step in Promela: the rules alone, checked by Spin in every order, with no
   bound on switches. The Swift model beside it runs the code itself, but bounds them; where the two differ, one is wrong.

     spin -a -DN=2 -DG=2 -DKILLS=1 step.pml && cc -O2 -DSAFETY -DCOLLAPSE -o pan pan.c && ./pan -m500000

   N slots, a worker each; G generations; KILLS deaths of workers, at any access, with a successor at once; -DTIMEOUT lets
   solve_timeout pass once, at any moment; -DREPLACE kills the client once, at any access.

   The rows of the dead are filled, as with `on_failure: homing`; -DNEVER: nobody is restarted.

   An invalid end state is a hang: the client sleeps until `done` moves, without any time limit, unless a killed worker owed
   it a hint. An assertion is a slot settled twice, an early return, a row of another step, one that is written by who may
   not, or while the client may read it.

   Each of these breaks a rule, and must be found:
     -DUNTOLD     the server is not told of a step that it has to answer (with -DNEVER)
     -DSILENT     who is let in is not told of a step that it has passed over before
     -DATONCE     the server fills the rows of the dead at once, whatever their step came to
     -DTRUSTDONE  it believes `done`
     -DANYCOUNT   counting down does not look at the generation (N=2)
     -DSTALE      a worker answers what it saw due before it was let in
     -DOLDLOOK    a claim reads the lifecycle before the holder (with -DRIVAL: deep, and left to the Swift model) */
#ifndef N
#define N 2
#endif
#ifndef G
#define G 2
#endif
#ifndef KILLS
#define KILLS 1
#endif
#define PROCESSES (N + KILLS + 3)

#define VACANT 0      /* lifecycle */
#define REGISTERING 1
#define ACTIVE 2
#define DEAD 3
#define FREE 0        /* status of a step word */
#define DUE 1
#define SOLVED 2
#define DIED 3
#define LATE 4

byte doorbell, generation, done, pendingOf, pendingCount;
byte wordOf[N], wordStatus[N], state[N], holder[N], row[N];
bit prepared[N], writing[N], abandoned[N], serverBell;
bit killed[PROCESSES], buried[PROCESSES], owes[PROCESSES];
byte slotOf[PROCESSES], used, kills;
bit lostHint, finished, clientKilled;

#define ALIVE(p) (p != 0 && !killed[p])
#define ISTHESERVERS(i) (state[i] == REGISTERING || state[i] == DEAD)
#define UNSETTLED(i) (wordStatus[i] == DUE || wordStatus[i] == LATE)
#define ISDUE(i) (part[i] && wordOf[i] == g && wordStatus[i] == DUE)
#if N > 1
#define ANYDUE (ISDUE(0) || ISDUE(1))
#else
#define ANYDUE ISDUE(0)
#endif

/* Each `atomic` and `d_step` has one access to a shared word; what else stands in it is the process's own. */

/* Only whether it has moved counts; a worker sleeps through no more than a few, and the server looks at everything anew. */
inline ring() { doorbell = (doorbell + 1) % 8 }
#ifdef UNTOLD
inline ringServer() { skip }
#else
inline ringServer() { serverBell = 1 }
#endif

/* `p` is who settles: 0 for client and server. The words themselves show a second settling: none is due any more. */
inline settle(p, i, g, status) {
  d_step {
    won = (wordOf[i] == g && wordStatus[i] == DUE);
    if :: won -> wordStatus[i] = status; owes[p] = (p != 0) :: else -> skip fi };
  if
  :: won ->
       d_step {
#ifdef ANYCOUNT
         zero = (pendingCount == 1);
         if :: pendingCount > 0 -> pendingCount-- :: else -> skip fi;
#else
         zero = (pendingOf == g && pendingCount == 1);
         if :: pendingOf == g && pendingCount > 0 -> pendingCount-- :: else -> skip fi;
#endif
         if :: !zero -> owes[p] = 0 :: else -> skip fi };
       if
       :: zero -> d_step { if :: done < g -> done = g :: else -> skip fi; owes[p] = 0; zero = 0 }
       :: else -> skip
       fi
  :: else -> skip
  fi
}

inline becomeAvailable(i) {
  d_step { if :: wordStatus[i] == LATE -> wordStatus[i] = FREE :: else -> skip fi }
}

proctype Worker(byte p; byte i; bit registers) {
  byte g, bell, s, h; bit won, zero;
  { if
    :: registers ->
again:
#ifdef OLDLOOK
       s = state[i];
       h = holder[i];
#else
       h = holder[i];
       s = state[i];
#endif
       if
       :: finished || ALIVE(h) -> atomic { s = 0; h = 0; goto over }
       :: !finished && !ALIVE(h) && (s == VACANT || s == DEAD) ->
            d_step { won = (holder[i] == h); if :: won -> holder[i] = p :: else -> skip fi };
            if
            :: won -> prepared[i] = 0
            :: else -> atomic { s = 0; h = 0; goto again }
            fi
       :: else ->
            atomic { (state[i] == DEAD || holder[i] != h || finished) -> s = 0; h = 0; goto again }
       fi;
       d_step { if :: state[i] == s -> state[i] = REGISTERING :: else -> skip fi; s = 0; h = 0; won = 0 };
       d_step { prepared[i] = 1; serverBell = 1 }
    :: else -> skip
    fi;
    do
    :: atomic { finished -> break }
    :: bell = doorbell;
       atomic {
         if
#ifdef STALE
         :: wordStatus[i] == DUE -> s = DUE; g = wordOf[i]
#else
         :: wordStatus[i] == DUE -> s = DUE
#endif
         :: wordStatus[i] == LATE -> s = LATE
         :: else -> s = FREE
         fi };
       if
       :: s == DUE ->
            if
            :: state[i] == REGISTERING -> s = FREE
            :: else ->
#ifndef STALE
               d_step { g = wordOf[i]; s = wordStatus[i] }
#endif
            fi;
            if
            :: s == DUE ->
                 d_step { assert(state[i] == ACTIVE && holder[i] == p); writing[i] = 1 };
                 d_step { assert(UNSETTLED(i)); row[i] = g };
                 writing[i] = 0;
                 settle(p, i, g, SOLVED);
                 if :: !won -> becomeAvailable(i) :: else -> skip fi
            :: else -> skip
            fi
       :: s == LATE -> if :: state[i] == REGISTERING -> skip :: else -> becomeAvailable(i) fi
       :: else -> skip
       fi;
       d_step { g = 0; s = 0; won = 0; zero = 0 };
       atomic { (doorbell != bell || finished) -> bell = 0 }
    od;
over: skip } unless { atomic { killed[p] -> g = 0; bell = 0; s = 0; h = 0; won = 0; zero = 0 } }
}

/* Kills a worker at any access, and starts its successor; that comes to the slot before, while or after the burial. */
proctype Killer() {
  byte p;
  do
  :: atomic { kills < KILLS && !finished ->
       if
       :: !killed[1] -> p = 1
#if N > 1
       :: !killed[2] -> p = 2
#endif
#ifdef RIVAL
       :: !killed[N + 1] -> p = N + 1
#endif
       fi;
       killed[p] = 1; lostHint = lostHint || owes[p]; kills++;
#ifndef NEVER
       used++; slotOf[used] = slotOf[p]; run Worker(used, slotOf[used], 1);
#endif
       p = 0 }
  :: break
  od
}

#define UNBURIED(p) (killed[p] && !buried[p])

/* Writes for the dead: what the client reads as whole, it writes only while the client has no answer of the slot to read. */
inline fill(i) {
  writing[i] = 1;
  d_step { assert(UNSETTLED(i) || torn); row[i] = 0 };
  d_step { writing[i] = 0; abandoned[i] = 0; torn = 0 }
}

/* What a slot without a process owes. */
inline answer(i) {
  g = wordOf[i];
  if
  :: UNSETTLED(i) ->
       if :: abandoned[i] -> fill(i) :: else -> skip fi;
       settle(0, i, g, DIED);
       becomeAvailable(i)
  :: else -> skip
  fi
}

proctype Server() {
  byte i, q, g; bit won, zero, torn;
watch:
  do
  :: atomic { finished -> break }
  :: atomic { UNBURIED(1) -> q = 1 }; goto bury
  :: atomic { UNBURIED(2) -> q = 2 }; goto bury
  :: atomic { UNBURIED(3) -> q = 3 }; goto bury
  :: atomic { serverBell -> serverBell = 0; i = 0 }; goto admit
  :: else -> (finished || UNBURIED(1) || UNBURIED(2) || UNBURIED(3) || serverBell)
  od;
  goto over;
bury:
  atomic { buried[q] = 1; i = slotOf[q] };
  if
  :: (state[i] == REGISTERING || state[i] == ACTIVE) && holder[i] == q ->
       torn = writing[i];
       if
#ifdef ATONCE
       :: true -> fill(i)
#else
       :: torn || UNSETTLED(i) -> fill(i)
       :: else -> abandoned[i] = (row[i] != 0)
#endif
       fi;
       prepared[i] = 0;
       state[i] = DEAD;
       answer(i)
  :: else -> skip
  fi;
  d_step { i = 0; q = 0; g = 0; won = 0; zero = 0 };
  goto watch;
admit:
  do
  :: i < N ->
       if
       :: ISTHESERVERS(i) ->
            answer(i);
            if
            :: state[i] == REGISTERING && prepared[i] && ALIVE(holder[i]) ->
                 state[i] = ACTIVE;
#ifndef SILENT
                 if :: UNSETTLED(i) -> ring() :: else -> skip fi
#endif
            :: else -> skip
            fi
       :: else -> skip
       fi;
       d_step { i++; g = 0; won = 0; zero = 0 }
  :: else -> break
  od;
  i = 0;
  goto watch;
over: skip
}

proctype Client(bit succeeds) {
  byte g, i, count, d, last; bit won, zero, late, server; bit part[N];
  { if
    :: succeeds ->
         g = generation;
         d_step { if :: pendingOf > g -> g = pendingOf :: else -> skip fi };
         do
         :: i < N ->
              d_step { d = wordOf[i]; if :: d > g -> g = d :: else -> skip fi };
              if :: wordStatus[i] == DUE -> settle(0, i, d, LATE) :: else -> skip fi;
              i++
         :: else -> break
         od;
         done = g;
         ring();
         ringServer()
    :: else -> skip
    fi;
    last = (g >= G -> g + 1 : G);
    do
    :: g >= last -> break
    :: else ->
       d_step { g++; i = 0; count = 0; late = 0; d = 0; won = 0 };
       do
       :: d_step { i < N -> part[i] = (state[i] == ACTIVE || ISTHESERVERS(i) && abandoned[i]) };
          d_step { part[i] = part[i] && wordStatus[i] != LATE; count = count + part[i]; i++ }
       :: else -> break
       od;
       atomic { pendingOf = g; pendingCount = count; i = 0 };
       do
       :: atomic { i < N -> if :: part[i] -> assert(wordStatus[i] != DUE && wordStatus[i] != LATE); wordOf[i] = g; wordStatus[i] = DUE
                               :: else -> skip fi; i++ }
       :: else -> break
       od;
       generation = g;
       atomic { ring(); i = 0 };
       do
       :: atomic { i < N -> if :: part[i] && ISTHESERVERS(i) -> server = 1 :: else -> skip fi; i++ }
       :: else -> break
       od;
       atomic { if :: server -> ringServer() :: else -> skip fi; server = 0 };
       if :: count == 0 -> d_step { if :: done < g -> done = g :: else -> skip fi } :: else -> skip fi;
       do
       :: d = done;
#ifdef TRUSTDONE
          if :: d == g -> break :: else -> skip fi;
          (done != d)
#else
          if :: !ANYDUE -> break :: else -> skip fi;
          if
          :: done != d
          :: atomic { lostHint -> lostHint = 0 }      /* a slice has passed, of 10 ms */
#ifdef TIMEOUT
          :: atomic { !late && kills < KILLS -> late = 1; kills++; i = 0 };
             do
             :: i < N -> if :: part[i] -> settle(0, i, g, LATE) :: else -> skip fi; i++
             :: else -> break
             od;
             ring()
#endif
          fi
#endif
       od;
       done = g;
       d_step {
         i = 0;
         do
         :: i < N ->
              assert(!ISDUE(i));
              assert(!part[i] || wordOf[i] == g);
              if
              :: part[i] && wordStatus[i] == SOLVED -> assert(row[i] == g && !writing[i])
              :: part[i] && wordStatus[i] == DIED -> assert(row[i] == 0 && !writing[i])
              :: part[i] && (wordStatus[i] == LATE || wordStatus[i] == FREE) -> assert(late)
              :: else -> skip
              fi;
              i++
         :: else -> break
         od; skip }
    od;
    finished = 1 }
#ifdef REPLACE
  unless { d_step { clientKilled && !succeeds ->
    g = 0; i = 0; count = 0; d = 0; last = 0; won = 0; zero = 0; late = 0; server = 0;
    do :: i < N -> part[i] = 0; i++ :: else -> break od; i = 0 } }
#endif
}

#ifdef REPLACE
proctype Replacer() {
  if
  :: atomic { !finished && kills < KILLS -> kills++; clientKilled = 1; run Client(1) }
  :: skip
  fi
}
#endif

init {
  atomic {
    byte i = 0;
    do
    :: i < N ->
         used++; slotOf[used] = i;
#ifdef RIVAL
         if
         :: i == 0 -> run Worker(used, 0, 1)
         :: else -> state[i] = ACTIVE; holder[i] = used; prepared[i] = 1; run Worker(used, i, 0)
         fi;
#else
         state[i] = ACTIVE; holder[i] = used; prepared[i] = 1; run Worker(used, i, 0);
#endif
         i++
    :: else -> break
    od;
#ifdef RIVAL
    used++; slotOf[used] = 0; run Worker(used, 0, 1);
#endif
    run Server(); run Killer(); run Client(0)
#ifdef REPLACE
    ; run Replacer()
#endif
  }
}
