// SPDX-License-Identifier: Apache-2.0
#include "crossbar/technology.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "core/error.h"

namespace ohm {
namespace {

/// Fits of one node: energy e2 V² + e1 V + e0, delay d3 V³ + d2 V² + d1 V + d0.
struct Fit {
  double nominal;  // V
  double e2, e1, e0;
  double d3, d2, d1, d0;
};

struct Node {
  double nm;
  double area;  // relative to 45 nm
  Fit high_performance, low_power;
};

constexpr Fit k180{1.8, 0, 24.64, -17.98, 0, 97.09, -356.7, 406.5};
constexpr Fit k130{1.3, 7.171, -6.709, 2.904, -76.65, 334.9, -493.4, 275.8};
constexpr Fit k90{1.2, 4.762, -4.781, 2.092, -60.34, 262.5, -384.2, 210.9};
constexpr Fit k65{1.1, 3.755, -4.398, 1.975, -53.3, 230.4, -333.9, 178.6};

constexpr std::array<Node, 11> kNodes{{
    {180, 19, k180, k180},
    {130, 6.4, k130, k130},
    {90, 2.8, k90, k90},
    {65, 1.5, k65, k65},
    {45,
     1,
     {1.0, 1.018, -0.3107, 0.1539, -501.6, 1567, -1619, 566.1},
     {1.1, 1.103, -0.362, 0.2767, -285.7, 1239, -1795, 898.8}},
    {32,
     0.46,
     {0.9, 0.8367, -0.4341, 0.1701, -1047, 2982, -2797, 873.5},
     {1.0, 0.9559, -0.7823, 0.471, -325.9, 1374, -1922, 913.2}},
    {20,
     0.21,
     {0.9, 0.373, -0.1582, 0.04104, 0, 34.63, -66.37, 41.15},
     {0.9, 0.2632, -0.14, 0.06841, -160.5, 514.1, -558.6, 217.5}},
    {16,
     0.19,
     {0.85, 0.2958, -0.1241, 0.03024, 0, 24.8, -47.52, 28.87},
     {0.85, 0.2139, -0.1187, 0.05639, -114.6, 366.7, -397.4, 153.6}},
    {14,
     0.17,
     {0.8, 0.2363, -0.09675, 0.02239, -40.66, 109.2, -100.6, 35.92},
     {0.8, 0.1556, -0.06472, 0.03066, -85.37, 271.6, -292.2, 111.4}},
    {10,
     0.10,
     {0.75, 0.2068, -0.09311, 0.02375, -34.95, 93.65, -85.99, 30.4},
     {0.75, 0.1261, -0.0518, 0.02769, -71.76, 228.6, -246.3, 93.91}},
    {7,
     0.059,
     {0.7, 0.1776, -0.09097, 0.02447, -28.58, 76.6, -70.26, 24.69},
     {0.7, 0.09365, -0.03409, 0.02043, -61.79, 196.1, -210.3, 79.55}},
}};

constexpr double kLowestSupply = 0.7, kHighestSupply = 1.2;  // of the nominal supply
constexpr double kRounding = 1e-9;                           // relative slack of a bound

/// The two neighbours of a node in the table and its place between them, in ln(node).
struct Between {
  const Node *large, *small;
  double share;  // of `small`
};

bool is_covered(double nm) {
  return nm <= kNodes.front().nm * (1 + kRounding) && nm >= kNodes.back().nm * (1 - kRounding);
}

Between locate(double nm) {
  size_t i = 0;
  while (i + 2 < kNodes.size() && nm < kNodes[i + 1].nm) ++i;
  const Node &large = kNodes[i], &small = kNodes[i + 1];
  if (std::abs(nm / large.nm - 1) < kRounding) return {&large, &small, 0.0};
  if (std::abs(nm / small.nm - 1) < kRounding) return {&large, &small, 1.0};
  return {&large, &small, std::log(large.nm / nm) / std::log(large.nm / small.nm)};
}

template <class Figure>
double interpolate(double nm, const Figure& figure) {
  const Between at = locate(nm);
  if (at.share == 0.0) return figure(*at.large);
  if (at.share == 1.0) return figure(*at.small);
  return std::exp((1 - at.share) * std::log(figure(*at.large)) +
                  at.share * std::log(figure(*at.small)));
}

const Fit& fit(const Node& node, Process process) {
  return process == Process::high_performance ? node.high_performance : node.low_power;
}

double nanometres(Metres node) {
  return node.si() * 1e9;
}

double nominal_supply(const Technology& t) {
  return interpolate(nanometres(t.node), [&](const Node& n) { return fit(n, t.process).nominal; });
}

std::string node_problem(Metres node) {
  if (is_covered(nanometres(node))) return "";
  return fmt::format("a node of {:.4g} nm; the scaling fits cover 7 nm to 180 nm",
                     nanometres(node));
}

void require(const std::string& problem) {
  if (!problem.empty()) throw ArgumentError("technology: " + problem);
}

double energy_factor(const Technology& t) {
  const double v = t.vdd.si();
  return interpolate(nanometres(t.node), [&](const Node& n) {
    const Fit& f = fit(n, t.process);
    return (f.e2 * v + f.e1) * v + f.e0;
  });
}

double delay_factor(const Technology& t) {
  const double v = t.vdd.si();
  return interpolate(nanometres(t.node), [&](const Node& n) {
    const Fit& f = fit(n, t.process);
    return ((f.d3 * v + f.d2) * v + f.d1) * v + f.d0;
  });
}

}  // namespace

bool is_same(const Technology& a, const Technology& b) {
  return std::abs(a.node / b.node - 1.0) < kRounding && std::abs(a.vdd / b.vdd - 1.0) < kRounding &&
         a.process == b.process;
}

std::string technology_problem(const Technology& technology) {
  if (const std::string problem = node_problem(technology.node); !problem.empty()) return problem;
  const double nominal = nominal_supply(technology);
  const double low = kLowestSupply * nominal, high = kHighestSupply * nominal;
  const double v = technology.vdd.si();
  if (v >= low * (1 - kRounding) && v <= high * (1 + kRounding)) return "";
  return fmt::format("a supply of {:.4g} V at {:.4g} nm; expected {:.2f} V to {:.2f} V there", v,
                     nanometres(technology.node), low, high);
}

double energy_scale(const Technology& from, const Technology& to) {
  if (is_same(from, to)) return 1.0;
  require(technology_problem(from));
  require(technology_problem(to));
  return energy_factor(to) / energy_factor(from);
}

double delay_scale(const Technology& from, const Technology& to) {
  if (is_same(from, to)) return 1.0;
  require(technology_problem(from));
  require(technology_problem(to));
  return delay_factor(to) / delay_factor(from);
}

double area_scale(Metres from, Metres to) {
  require(node_problem(from));
  require(node_problem(to));
  const auto area = [](const Node& node) { return node.area; };
  return interpolate(nanometres(to), area) / interpolate(nanometres(from), area);
}

}  // namespace ohm
