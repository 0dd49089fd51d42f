// SPDX-License-Identifier: Apache-2.0
#include "mapping/larger/pace.h"

#include <algorithm>

namespace ohm {
namespace {

/// When the last prompt has its answer, behind its source.
Picoseconds answered(const Schedule& schedule, Index batch) {
  const auto first = schedule.outputs.begin();
  return *std::max_element(first, first + static_cast<std::ptrdiff_t>(batch)) -
         schedule.source.makespan;
}

class PaceFinder {
 public:
  PaceFinder(const TransformerSpec& network, const ChipSpec& chip, const Estimate& held,
             Fidelity fidelity)
      : network_(network), chip_(chip), held_(held), fidelity_(fidelity) {}

  Pace of_one_stack() const {
    const Request& request = held_.request;
    const Index n = request.batch * request.prompt;
    const Picoseconds first =
        request.decoder ? of(1, 1).makespan : held_.schedule.bounds.critical_path;
    const bool is_lone = n == 1 && network_.context > 1;
    return pace(first, is_lone ? of(2, 1).makespan : answered(held_.schedule, request.batch), n);
  }

  Pace of_sources() const {
    const Request& request = held_.request;
    const SourcePass& all = held_.schedule.source;
    const Index n = request.batch * request.source;
    if (n > 1 || network_.context == 1) return pace(all.critical_path, all.makespan, n);
    return pace(all.critical_path, of(2, 1).source.makespan, 2);
  }

  Pace of_answers() const {
    const Request& request = held_.request;
    const Picoseconds first = answered(of(request.source, 1), 1);
    const Index n = request.batch;
    if (n > 1) return pace(first, answered(held_.schedule, n), n);
    // two that take no more room for keys and values than the one
    const Index shorter = std::max<Index>(1, (request.source - 1) / 2);
    const Pace of_two = pace(answered(of(shorter, 1), 1), answered(of(shorter, 2), 2), 2);
    return {first, of_two.each};
  }

 private:
  /// So many tokens of so many sequences, with one answer of decoders.
  Schedule of(Index tokens, Index batch) const {
    Workload few{tokens, {}, batch, {}};
    if (held_.request.decoder) few.generate = 1;
    return estimate_structure(network_, chip_, few, fidelity_).schedule;
  }

  static Pace pace(Picoseconds first, Picoseconds together, Index n) {
    return {first, static_cast<double>(std::max<Picoseconds>(0, together - first)) /
                       static_cast<double>(std::max<Index>(1, n - 1))};
  }

  const TransformerSpec& network_;
  const ChipSpec& chip_;
  const Estimate& held_;
  const Fidelity fidelity_;
};

}  // namespace

std::vector<Pace> paces_of(const TransformerSpec& network, const ChipSpec& chip,
                           const Estimate& held, Fidelity fidelity) {
  const PaceFinder finder(network, chip, held, fidelity);
  if (held.request.source == 0) return {finder.of_one_stack()};
  return {finder.of_sources(), finder.of_answers()};
}

}  // namespace ohm
