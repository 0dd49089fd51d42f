// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "mapping/baseline/baseline_spec.h"
#include "mapping/baseline/pass_counter.h"

namespace ohm {

/// What one pass of tokens takes on a baseline.
struct PassCost {
  Seconds time;  ///< from its first token to its last result
  Seconds busy;  ///< that it keeps the machine from other work; less where stages overlap passes
  Seconds compute, memory, exchange;  ///< each alone, of `busy`
  Joules energy;                      ///< of all devices; 0 J where power is not published
  PassCounts counts;
  std::string bound;  ///< compute | weights | kv | exchange: the largest of them

  /// Another pass after this one; `bound` stays.
  PassCost& operator+=(const PassCost& next);
};

/// Step times of a network on a baseline.
///
/// A pass takes max(operations / (rate × efficiency), bytes / (bandwidth × efficiency)) plus
/// exchanges: per layer `per_layer` of max(latency, volume / bandwidth) (roofline: Williams,
/// Waterman and Patterson, CACM 52, 2009), and all of a stage's together no less than tokens ×
/// per_layer × interval. Weights are read once per pass. With stages, a step of B sequences runs as
/// groups of ceil(B / stages), one in each stage, and a prompt in as many chunks as there are
/// stages. Stages beyond the number of layers stay empty: their devices hold, do and draw nothing.
/// Two stacks are two passes one after the other; each stage holds its share of the layers of both,
/// so that every pass has all stages (or as many as its stack has layers). A layer with
/// cross-attention ends three parts in a sum over the devices, where others end two.
/// Departures, all in favour of the baseline: latency and volume of an exchange overlap; stages
/// share the layers evenly, to a fraction of one; handing over to the next stage, vectors, kernel
/// launches, sampling and hosts cost nothing.
class Roofline {
 public:
  /// Throws ArgumentError where the weights alone exceed the memory.
  Roofline(const BaselineSpec& spec, const Network& network);

  /// One step of `sequences` that attend to `positions` together (each at most its window).
  PassCost decode(double sequences, double positions) const;
  /// Prompts in one pass, up to their first outputs; see PassCounter::prompts(). Of two stacks the
  /// first one's pass and then the second one's of a start token each.
  PassCost prefill(const Prompts& prompts) const;

  /// Stages that hold a layer, and the devices in them.
  Index stages() const;
  Index devices() const { return stages() * spec_.group(); }
  Watts busy_power() const { return static_cast<double>(devices()) * spec_.power.busy; }
  Watts idle_power() const { return static_cast<double>(devices()) * spec_.power.idle; }

  /// Of a sequence of the network, see ohm::start_tokens().
  Index start_tokens() const { return start_tokens_; }
  /// Tokens whose keys and values fit beside the weights.
  double kv_capacity() const;
  /// Throws ArgumentError, in one sentence, where `sequences` of `tokens` tokens do not fit.
  void require_fit(double sequences, double tokens) const;

  const BaselineSpec& spec() const { return spec_; }
  const PassCounter& counter() const { return counter_; }

 private:
  PassCost whole_prompts(const Prompts& prompts) const;
  PassCost stage_cost(const PassCounts& counts, double stages) const;
  PassCost repeated(PassCost stage, double periods, double busy) const;
  Seconds exchange_time(const PassCounts& counts, double stages) const;
  double stages_of(double layers) const;
  double usable_bytes() const;

  BaselineSpec spec_;
  PassCounter counter_;
  std::string network_;
  Index layers_ = 1;        // of the longer stack
  Index start_tokens_ = 0;  // of a sequence, in a pass of their own
};

}  // namespace ohm
