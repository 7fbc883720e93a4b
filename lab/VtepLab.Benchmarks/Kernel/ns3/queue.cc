// The hold model and M/M/1 on ns-3's simulator, for comparison: prints "<name> <events per CPU second>" a line.
#include <ctime>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>
#include "ns3/core-module.h"

using namespace ns3;

static std::vector<int64_t> waits, services;
static size_t nextWait, nextService;
static long left_;
static long waiting;
static const size_t mask = (1 << 16) - 1;

static double Cpu() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static std::vector<int64_t> Exponential(double mean) {
  std::vector<int64_t> v(1 << 16);
  srand48(7);
  for (auto& w : v) w = (int64_t)(-std::log(1 - drand48()) * mean) + 1;
  return v;
}

static void Hold() {
  if (--left_ <= 0) Simulator::Stop();
  Simulator::Schedule(NanoSeconds(waits[nextWait++ & mask]), &Hold);
}

static void Depart() {
  if (--left_ <= 0) Simulator::Stop();
  if (--waiting > 0) Simulator::Schedule(NanoSeconds(services[nextService++ & mask]), &Depart);
}

static void Arrive() {
  if (--left_ <= 0) Simulator::Stop();
  Simulator::Schedule(NanoSeconds(waits[nextWait++ & mask]), &Arrive);
  if (waiting++ == 0) Simulator::Schedule(NanoSeconds(services[nextService++ & mask]), &Depart);
}

static double Measure(long warm, long events) {
  left_ = warm;
  Simulator::Run();
  left_ = events;
  double start = Cpu();
  Simulator::Run();
  return events / (Cpu() - start);
}

int main(int argc, char** argv) {
  std::string scheduler = argv[1], model = argv[2];
  long pending = argc > 3 ? atol(argv[3]) : 0;
  ObjectFactory factory;
  factory.SetTypeId("ns3::" + scheduler + "Scheduler");
  Simulator::SetScheduler(factory);
  waits = Exponential(1e6);
  services = Exponential(9e5);
  double best = 0;
  if (model == "hold") {
    for (long i = 0; i < pending; i++) Simulator::Schedule(NanoSeconds(waits[i & mask]), &Hold);
    for (int round = 0; round < 2; round++) best = std::max(best, Measure(std::max(pending, 100000L), 1000000L));
  } else {
    Simulator::Schedule(NanoSeconds(1), &Arrive);
    for (int round = 0; round < 2; round++) best = std::max(best, Measure(100000, 2000000));
  }
  printf("%.0f\n", best);
  Simulator::Destroy();
  return 0;
}
