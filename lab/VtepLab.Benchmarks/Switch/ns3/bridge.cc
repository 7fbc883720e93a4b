// Frames through ns-3's learning bridge between two CSMA cables: prints frames per CPU second.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include "ns3/bridge-module.h"
#include "ns3/core-module.h"
#include "ns3/csma-module.h"
#include "ns3/network-module.h"

using namespace ns3;

static long left_, arrived;
static Ptr<NetDevice> from, to;
static int size_;

static double Cpu() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static bool Take(Ptr<NetDevice>, Ptr<const Packet>, uint16_t, const Address&) {
  arrived++;
  return true;
}

static void Send() {
  if (left_-- <= 0) return;
  from->Send(Create<Packet>(size_), to->GetAddress(), 0x0800);
  Simulator::Schedule(NanoSeconds(2000), &Send);
}

int main(int argc, char** argv) {
  long frames = atol(argv[1]);
  size_ = atoi(argv[2]);
  NodeContainer hosts, bridge;
  hosts.Create(2);
  bridge.Create(1);
  CsmaHelper csma;
  csma.SetChannelAttribute("DataRate", StringValue("10Gbps"));
  csma.SetChannelAttribute("Delay", TimeValue(NanoSeconds(100)));
  NetDeviceContainer ends, ports;
  for (int i = 0; i < 2; i++) {
    NetDeviceContainer link = csma.Install(NodeContainer(hosts.Get(i), bridge.Get(0)));
    ends.Add(link.Get(0));
    ports.Add(link.Get(1));
  }
  BridgeHelper().Install(bridge.Get(0), ports);
  from = ends.Get(0);
  to = ends.Get(1);
  to->SetReceiveCallback(MakeCallback(&Take));
  from->SetReceiveCallback(MakeCallback(&Take));
  // The bridge learns where the far host is, so that every frame is a hit.
  Simulator::Schedule(NanoSeconds(1), [] { to->Send(Create<Packet>(size_), from->GetAddress(), 0x0800); });
  left_ = frames;
  Simulator::Schedule(MicroSeconds(10), &Send);
  double start = Cpu();
  Simulator::Run();
  double seconds = Cpu() - start;
  if (arrived < frames) return 1;
  printf("%.0f\n", frames / seconds);
  return 0;
}
