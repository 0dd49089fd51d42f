// SPDX-License-Identifier: Apache-2.0
#include "mapping/serve/request_mix.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/error.h"
#include "core/random.h"
#include "mapping/schedule/workload.h"

namespace ohm {
namespace {

constexpr double kPicosecondsPerSecond = 1e12, kLatest = 1e6;
/// Purposes of the streams of a mix: above those of crossbars, of which a mix has none.
constexpr std::uint8_t kArrivals = 128, kPrompts = 129, kGenerates = 130;

/// Uniforms one after the other.
class Uniforms {
 public:
  Uniforms(Index seed, std::uint8_t purpose) : key_{static_cast<std::uint32_t>(seed), 0, purpose} {}

  double next() { return uniform_at(key_, {}, drawn_++); }
  Index below(Index n) { return static_cast<Index>(next() * static_cast<double>(n)); }

  /// Of mean 1: the first of a falling run of odd length, plus the runs that were rejected.
  double exponential() {
    for (double rejected = 0.0;; ++rejected) {
      const double first = next();
      bool odd = true;
      for (double last = first, u = next(); u < last; last = u, u = next()) odd = !odd;
      if (odd) return rejected + first;
    }
  }

 private:
  StreamKey key_;
  Index drawn_ = 0;
};

Picoseconds arrival_of(double seconds) {
  if (!(seconds <= kLatest)) {
    throw ArgumentError(fmt::format(
        "requests: an arrival at {:.3g} s; expected at most {:g} s: raise the rate or lower count",
        seconds, kLatest));
  }
  return static_cast<Picoseconds>(std::llround(seconds * kPicosecondsPerSecond));
}

void require_lists(const PoissonSpec& poisson) {
  if (poisson.prompts.empty() || poisson.generates.empty()) {
    throw ArgumentError(
        "requests: poisson without lengths; expected prompts and generates with one entry or more");
  }
  if (poisson.paired && poisson.prompts.size() != poisson.generates.size()) {
    throw ArgumentError(
        fmt::format("requests: {} prompts paired with {} generates; expected as many of each",
                    poisson.prompts.size(), poisson.generates.size()));
  }
}

void append_random(const PoissonSpec& poisson, std::vector<ArrivingRequest>& requests) {
  if (poisson.count == 0) return;
  require_lists(poisson);
  Uniforms arrivals(poisson.seed, kArrivals), prompts(poisson.seed, kPrompts),
      generates(poisson.seed, kGenerates);
  double now = 0.0;
  for (Index i = 0; i < poisson.count; ++i) {
    now += arrivals.exponential() / poisson.rate.si();
    const Index p = prompts.below(std::ssize(poisson.prompts));
    const Index g = poisson.paired ? p : generates.below(std::ssize(poisson.generates));
    requests.push_back({arrival_of(now), poisson.prompts[static_cast<size_t>(p)],
                        poisson.generates[static_cast<size_t>(g)]});
  }
}

}  // namespace

void RequestSpec::visit(Visitor& v) {
  v.value(Field("prompt", "tokens that are there from the start").must().between(1, 1e9), prompt);
  v.value(Field("generate", "tokens that are produced; 0: an encoder").must().between(0, 1e9),
          generate);
  v.value(Field("arrival", "when they reach the server").between(0, kLatest), arrival);
  v.value(Field("count", "requests").between(1, 1e6), count);
}

void PoissonSpec::visit(Visitor& v) {
  v.value(Field("rate", "mean requests per second").positive(), rate);
  v.value(Field("count", "requests; 0: none").between(0, 1e6), count);
  v.value(Field("prompts", "lengths to draw from").between(1, 1e9), prompts);
  v.value(Field("generates", "lengths to draw from").between(0, 1e9), generates);
  v.value(Field("paired", "entry i of prompts goes with entry i of generates"), paired);
  v.value(Field("seed", "one seed is one sequence of requests").between(0, 4294967295.0), seed);
}

void ServingSpec::visit(Visitor& v) {
  v.nested_list(Field("requests", "requests of known arrival"), requests);
  v.nested(Field("poisson", "requests that arrive at random"), poisson);
  v.value(Field("batching", "how sequences share the machine").one_of({"continuous", "static"}),
          batching);
  v.value(Field("max_batch", "sequences at a time").between(1, 1e6), max_batch);
  v.value(
      Field("kv_tokens", "tokens whose keys and values may be kept; 0: as many as fit").at_least(0),
      kv_tokens);
}

std::vector<ArrivingRequest> requests_of(const ServingSpec& spec) {
  std::vector<ArrivingRequest> requests;
  for (const RequestSpec& r : spec.requests) {
    requests.insert(requests.end(), static_cast<size_t>(r.count),
                    {arrival_of(r.arrival.si()), r.prompt, r.generate});
  }
  append_random(spec.poisson, requests);
  if (requests.empty()) {
    throw ArgumentError(
        "requests: none; expected a list of requests, or poisson with a count of 1 or more");
  }
  std::stable_sort(requests.begin(), requests.end(),
                   [](const auto& a, const auto& b) { return a.arrival < b.arrival; });
  return requests;
}

void check_requests(const TransformerSpec& network, const ServingSpec& spec) {
  for (const ArrivingRequest& request : requests_of(spec)) {
    resolve(network, {request.prompt, request.generate, 1, {}});
  }
}

const std::vector<std::pair<Index, Index>>& length_presets() {
  static const std::vector<std::pair<Index, Index>> kPairs{
      {128, 128},   {128, 2048}, {128, 4096},  {500, 2000}, {1000, 1000},
      {1000, 2000}, {2048, 128}, {2048, 2048}, {5000, 500}, {20000, 2000}};
  return kPairs;
}

std::pair<Index, Index> length_preset(const std::string& name) {
  std::string known;
  for (const auto& [prompt, generate] : length_presets()) {
    const std::string text = fmt::format("{}/{}", prompt, generate);
    if (text == name) return {prompt, generate};
    known += (known.empty() ? "" : ", ") + text;
  }
  throw ArgumentError(
      fmt::format("lengths '{}' are unknown; expected one of: {}", name.substr(0, 64), known));
}

}  // namespace ohm
