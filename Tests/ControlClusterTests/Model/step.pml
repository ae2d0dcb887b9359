/* The step protocol of Sources/ControlCluster/Step in Promela: the rules alone, checked by Spin in every order, with no
   bound on switches. The Swift model beside it runs the code itself, but bounds them; where the two differ, one is wrong.

     spin -a -DN=2 -DG=2 -DKILLS=1 step.pml && cc -O2 -DSAFETY -DCOLLAPSE -o pan pan.c && ./pan -m500000

   N slots, a worker each; G generations; KILLS deaths of workers, at any access, with a successor at once; -DTIMEOUT lets
   solve_timeout pass once, at any moment; -DREPLACE kills the client once, at any access.

   An invalid end state is a hang: the client sleeps until `done` moves, without any time limit, unless a killed worker owed
   it a hint. An assertion is a slot settled twice, an early return, a row of another step, or one that is written by who
   may not.

   Each of these breaks a rule, and must be found:
     -DFORGET     the client looks at the state behind its words, not at the incarnation
     -DTRUSTDONE  it believes `done`
     -DANYCOUNT   counting down does not look at the generation (N=2)
     -DSTALE      a worker answers what it saw due before it was let in
     -DSETTLEDIED the client settles as died what a successor may be writing
     -DOLDLOOK    a claim reads the lifecycle before the holder (with -DRIVAL) */
#ifndef N
#define N 2
#endif
#ifndef G
#define G 2
#endif
#ifndef KILLS
#define KILLS 1
#endif
#define PROCESSES (N + KILLS + 2)

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
byte wordOf[N], wordStatus[N], state[N], incarnation[N], holder[N], row[N];
bit prepared[N], writing[N];
bit killed[PROCESSES], buried[PROCESSES], owes[PROCESSES];
byte slotOf[PROCESSES], used, kills, settled[N * (G + 2)];
bit lostHint, finished, clientKilled;

#define ALIVE(p) (p != 0 && !killed[p])
#define STILLDUE(i) (wordOf[i] == g && wordStatus[i] == DUE)

/* Only whether it has moved counts; a worker sleeps through no more than a few. */
inline ring() { doorbell = (doorbell + 1) % 8 }

inline advanceDone(g) { d_step { if :: done < g -> done = g :: else -> skip fi } }

/* `p` is who settles: 0 for client and server. */
inline settle(p, i, g, status) {
  d_step {
    if
    :: wordOf[i] == g && wordStatus[i] == DUE ->
         wordStatus[i] = status; won = 1; owes[p] = (p != 0);
         settled[g * N + i]++; assert(settled[g * N + i] == 1)
    :: else -> won = 0
    fi };
  if
  :: won ->
       d_step {
         if
#ifdef ANYCOUNT
         :: pendingCount > 0 -> pendingCount--; zero = (pendingCount == 0)
#else
         :: pendingOf == g && pendingCount > 0 -> pendingCount--; zero = (pendingCount == 0)
#endif
         :: else -> zero = 0
         fi;
         if :: !zero -> owes[p] = 0 :: else -> skip fi };
       if :: zero -> d_step { if :: done < g -> done = g :: else -> skip fi; owes[p] = 0 } :: else -> skip fi
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
       do
       :: finished -> goto over
       :: else ->
#ifdef OLDLOOK
            s = state[i]; h = holder[i];
            if :: ALIVE(h) -> goto over :: else -> skip fi;
#else
            h = holder[i];
            if :: ALIVE(h) -> goto over :: else -> skip fi;
            s = state[i];
#endif
            if
            :: s == VACANT || s == DEAD ->
                 d_step { if :: holder[i] == h -> holder[i] = p; won = 1 :: else -> won = 0 fi };
                 if
                 :: won ->
                      prepared[i] = 0;
                      d_step { if :: state[i] == s -> state[i] = REGISTERING :: else -> skip fi };
                      d_step { s = 0; h = 0; won = 0 };
                      becomeAvailable(i);
                      break
                 :: else -> skip
                 fi
            :: else -> (state[i] == DEAD || holder[i] != h || finished)
            fi
       od;
       prepared[i] = 1
    :: else -> skip
    fi;
    do
    :: finished -> break
    :: else ->
       bell = doorbell;
       if
       :: wordStatus[i] == DUE ->
#ifdef STALE
            d_step { g = wordOf[i]; s = DUE };
            if :: state[i] == REGISTERING -> s = FREE :: else -> skip fi;
#else
            if
            :: state[i] == REGISTERING -> s = FREE
            :: else -> d_step { g = wordOf[i]; s = wordStatus[i] }
            fi;
#endif
            if
            :: s == DUE ->
                 d_step { assert(state[i] == ACTIVE && holder[i] == p); writing[i] = 1 };
                 d_step { assert(wordStatus[i] == DUE || wordStatus[i] == LATE); row[i] = g };
                 writing[i] = 0;
                 settle(p, i, g, SOLVED);
                 if :: !won -> becomeAvailable(i) :: else -> skip fi
            :: else -> skip
            fi
       :: wordStatus[i] == LATE -> becomeAvailable(i)
       :: else -> skip
       fi;
       d_step { g = 0; s = 0; won = 0; zero = 0 };
       (doorbell != bell || finished);
       bell = 0
    od;
over: skip } unless { d_step { killed[p] -> g = 0; bell = 0; s = 0; h = 0; won = 0; zero = 0 } }
}

/* Kills a worker at any access, and starts its successor; that comes to the slot before, while or after the burial. */
proctype Killer() {
  byte p;
  do
  :: kills < KILLS && !finished ->
       if
       :: atomic { used >= 1 && !killed[1] -> p = 1 }
#if N > 1
       :: atomic { used >= 2 && !killed[2] -> p = 2 }
#endif
#ifdef RIVAL
       :: atomic { used >= N + 1 && !killed[N + 1] -> p = N + 1 }
#endif
       fi;
       atomic { killed[p] = 1; lostHint = lostHint || owes[p]; kills++; used++; slotOf[used] = slotOf[p];
                run Worker(used, slotOf[used], 1); p = 0 }
  :: break
  od
}

proctype Server() {
  byte i, q, g; bit won, zero;
  do
  :: finished -> break
  :: d_step { g = 0; i = 0; won = 0; zero = 0; q = 1; do :: q <= used && !(killed[q] && !buried[q]) -> q++ :: else -> break od; skip };
     if
     :: q <= used ->
          buried[q] = 1; i = slotOf[q];
          if
          :: (state[i] == REGISTERING || state[i] == ACTIVE) && holder[i] == q ->
               if :: writing[i] -> row[i] = 0; writing[i] = 0 :: else -> skip fi;
               prepared[i] = 0;
               d_step { state[i] = DEAD; incarnation[i]++ };
               d_step { g = wordOf[i]; won = 0; zero = 0 };
               settle(0, i, g, DIED)
          :: else -> skip
          fi
     :: else ->
          (finished || (used > 0 && (killed[used] && !buried[used])) || (killed[1] && !buried[1])
#if N > 1
            || (killed[2] && !buried[2]) || (state[1] == REGISTERING && prepared[1] && ALIVE(holder[1]))
#endif
#ifdef RIVAL
            || (killed[N + 1] && !buried[N + 1])
#endif
            || (state[0] == REGISTERING && prepared[0] && ALIVE(holder[0])));
          d_step { i = 0; do :: i < N && !(state[i] == REGISTERING && prepared[i] && ALIVE(holder[i])) -> i++ :: else -> break od; skip };
          if :: i < N -> d_step { if :: state[i] == REGISTERING -> state[i] = ACTIVE :: else -> skip fi } :: else -> skip fi
     fi
  od
}

proctype Client(bit succeeds) {
  byte g, i, count, d, last; bit won, zero, marks, late; bit part[N], died[N]; byte seen[N];
  { if
    :: succeeds ->
         g = generation;
         d_step { if :: pendingOf > g -> g = pendingOf :: else -> skip fi };
         i = 0;
         do
         :: i < N ->
              d = wordOf[i];
              if :: d > g -> g = d :: else -> skip fi;
              if :: wordStatus[i] == DUE -> settle(0, i, d, LATE) :: else -> skip fi;
              i++
         :: else -> break
         od;
         done = g;
         ring()
    :: else -> skip
    fi;
    last = (g >= G -> g + 1 : G);
    do
    :: g >= last -> break
    :: else ->
       g++; i = 0; count = 0; late = 0;
       do
       :: i < N ->
            d_step { seen[i] = incarnation[i]; part[i] = (state[i] == ACTIVE); died[i] = 0 };
            if :: part[i] && wordStatus[i] == LATE -> part[i] = 0 :: else -> skip fi;
            count = count + part[i]; i++
       :: else -> break
       od;
       atomic { pendingOf = g; pendingCount = count };
       i = 0;
       do
       :: i < N ->
            if :: part[i] -> d_step { assert(wordStatus[i] != DUE && wordStatus[i] != LATE); wordOf[i] = g; wordStatus[i] = DUE }
               :: else -> skip fi;
            i++
       :: else -> break
       od;
       generation = g;
       ring();
       i = 0; marks = 0;
       do
       :: i < N ->
            if
#ifdef FORGET
            :: part[i] && state[i] == DEAD ->
#else
            :: part[i] && incarnation[i] != seen[i] ->
#endif
#ifdef SETTLEDIED
                 settle(0, i, g, DIED);
#else
                 settle(0, i, g, LATE);
#endif
                 if :: won -> died[i] = 1; marks = 1 :: else -> skip fi
            :: else -> skip
            fi;
            i++
       :: else -> break
       od;
       if :: marks -> ring() :: else -> skip fi;
       if :: count == 0 -> advanceDone(g) :: else -> skip fi;
       do
       :: d = done;
#ifdef TRUSTDONE
          if :: d == g -> break :: else -> skip fi;
          (done != d)
#else
          i = 0;
          do :: i < N && !(part[i] && STILLDUE(i)) -> i++ :: else -> break od;
          if :: i == N -> break :: else -> skip fi;
          if
          :: done != d
          :: atomic { lostHint -> lostHint = 0 }      /* a slice has passed, of 10 ms */
#ifdef TIMEOUT
          :: atomic { !late && kills == 0 -> late = 1; kills = KILLS };
             i = 0;
             do :: i < N -> if :: part[i] -> settle(0, i, g, LATE) :: else -> skip fi; i++
                :: else -> break od;
             ring()
#endif
          fi
#endif
       od;
       done = g;
       i = 0;
       do
       :: i < N ->
            d_step {
              assert(!(part[i] && STILLDUE(i)));
              assert(!part[i] || wordOf[i] == g);
              if
              :: part[i] && wordStatus[i] == SOLVED -> assert(row[i] == g && !writing[i])
              :: part[i] && (wordStatus[i] == LATE || wordStatus[i] == FREE) -> assert(late || died[i])
              :: else -> skip
              fi };
            i++
       :: else -> break
       od
    od;
    finished = 1 }
#ifdef REPLACE
  unless { d_step { clientKilled && !succeeds ->
    g = 0; i = 0; count = 0; d = 0; last = 0; won = 0; zero = 0; marks = 0; late = 0; i = 0;
    do :: i < N -> part[i] = 0; died[i] = 0; seen[i] = 0; i++ :: else -> break od; i = 0 } }
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
