// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/attention_times.h"

#include <algorithm>
#include <cmath>

#include "mapping/attention/score_cycles.h"
#include "mapping/chip/transfers.h"
#include "mapping/schedule/picoseconds.h"
#include "mapping/schedule/step_builder.h"
#include "mapping/shape/growth_sum.h"

namespace ohm {
namespace {

const std::string kAction = "scores";

Picoseconds buffer_time(const ChipSpec& chip, std::int64_t bytes) {
  return picoseconds(Bytes(static_cast<double>(bytes)) / chip.buffer.bandwidth, kAction);
}

}  // namespace

DramTime dram_time(const ChipSpec& chip, std::int64_t bytes, Index pieces, Index drams) {
  const DramAccess access = pieces > 0 ? DramAccess::scattered : DramAccess::run;
  const auto part = drams <= 1 ? bytes : bytes / drams;
  const Seconds served = occupation(chip.dram, part, access);
  const Seconds answered = access_time(chip.dram, part, access, std::max<Index>(1, pieces));
  return {picoseconds(served, kAction),
          picoseconds(answered, kAction) - picoseconds(served, kAction)};
}

AttentionClock::AttentionClock(const TransformerSpec& network, const ChipSpec& chip,
                               const Request& request, Index n_drams)
    : network_(network),
      chip_(chip),
      request_(request),
      shape_(attention_shape(network)),
      n_drams_(n_drams) {}

const AttentionTimes& AttentionClock::of(const AttentionSpread& spread) {
  for (const Known& each : known_) {
    if (alike(each.spread, spread)) return each.times;
  }
  known_.push_back({spread, find(spread)});
  return known_.back().times;
}

LayerAttention AttentionClock::of(const LayerKind& kind, const AttentionSpread& layer) {
  LayerAttention sum;
  for (const ShapeOperator& op : kind.operators) {
    if (op.kind != OpKind::attention_scores || !works_in(op, request_)) continue;
    const AttentionTimes& each = of(seen_by(layer, op.crosses, request_));
    sum.times.last_of_prompt += each.last_of_prompt;
    sum.times.generated += each.generated;
    sum.times.units += each.units;
    sum.times.lanes += each.lanes;
    sum.times.dram += each.dram;
    ++sum.count;
  }
  return sum;
}

/// One pass over keys or values, as fast as the units multiply or the buffer delivers.
Growth AttentionClock::products(const AttentionSpread& spread, Index size) const {
  const Picoseconds feeding =
      buffer_time(chip_, bytes_of(spread.most_kv_heads * size, chip_.kv_bits));
  const Index n = ceil_divide(spread.most_heads * size, chip_.digital.attention_macs);
  Growth growth{spread.tiles_per_team, std::max(feeding, cycles(n, chip_.digital.clock, kAction)),
                0, 0};
  growth.window = spread.window;
  growth.always = spread.source;
  return growth;
}

Growth AttentionClock::softmax(const AttentionSpread& spread) const {
  const std::int64_t bytes = bytes_of(spread.most_heads, chip_.digital.activation_bits);
  Growth growth{spread.tiles_per_team, std::max<Picoseconds>(1, buffer_time(chip_, 2 * bytes)), 0,
                0};
  growth.window = spread.window;
  growth.elements = spread.most_heads;
  growth.lanes = chip_.digital.lanes;
  growth.always = spread.source;
  const Index each = score_cycles(chip_.digital, network_, spread.source > 0);
  growth.pass = cycles(each, chip_.digital.clock, kAction);
  return growth;
}

PhaseWork AttentionClock::sums(const Growth& growth) const {
  PhaseWork work;
  work.sequence = growth_sum(growth, request_, 0, request_.prompt - 1).occupied;
  work.prefill = request_.batch * work.sequence;
  work.decode = request_.batch *
                growth_sum(growth, request_, request_.prompt, request_.tokens() - 1).occupied;
  return work;
}

void AttentionClock::wait(const Growth& growth, AttentionTimes& times) const {
  const Index last = request_.prompt - 1;
  times.last_of_prompt += growth_sum(growth, request_, last, last).extra;
  times.generated += growth_sum(growth, request_, last + 1, request_.tokens() - 1).extra;
}

/// A token beyond those that the buffers keep writes its own keys and values; of an encoder, whose
/// tokens all see all positions, each its share.
Growth AttentionClock::spill(const AttentionSpread& spread) const {
  constexpr Index kOnce = Index{1} << 60;  // however many positions lie beyond
  const Index kept = spread.buffered;
  const std::int64_t bytes = bytes_of(shape_.kv_heads * shape_.cached, chip_.kv_bits);
  const double share = request_.decoder ? 1.0
                                        : static_cast<double>(request_.prompt - kept) /
                                              static_cast<double>(request_.prompt);
  const DramTime written = dram_time(chip_, bytes, 1, std::min(n_drams_, spread.tiles));
  const auto time = std::llround(share * static_cast<double>(written.busy));
  Growth spill{kOnce, std::max<Picoseconds>(1, time), kept, 0};
  spill.window = spread.window;
  return spill;
}

PhaseWork AttentionClock::source_spill(const AttentionSpread& spread) const {
  return spread.buffered >= request_.prompt ? PhaseWork{} : sums(spill(spread));
}

/// Keys and values that the buffers could not keep.
void AttentionClock::add_memory(const AttentionSpread& spread, AttentionTimes& times) const {
  const Index kept = spread.buffered;
  const Index held = positions_of(within(request_, spread.window), request_.tokens() - 1);
  if (kept >= (spread.source > 0 ? spread.source : held)) return;
  const std::int64_t bytes = bytes_of(shape_.kv_heads * shape_.cached, chip_.kv_bits);
  const DramTime read = dram_time(chip_, bytes, 0, std::min(n_drams_, spread.tiles));
  Growth fetch{1, std::max<Picoseconds>(1, read.busy), kept, read.start_up};
  fetch.window = spread.window;
  fetch.always = spread.source;
  times.dram += sums(fetch);
  if (spread.source == 0) times.dram += sums(spill(spread));
  wait(fetch, times);
}

AttentionTimes AttentionClock::find(const AttentionSpread& spread) const {
  AttentionTimes times;
  const Growth scores = products(spread, shape_.key), values = products(spread, shape_.value);
  const Growth lanes = softmax(spread);
  for (const Growth* each : {&scores, &lanes, &values}) wait(*each, times);
  times.units = sums(scores);
  times.units += sums(values);
  times.lanes = sums(lanes);
  add_memory(spread, times);
  return times;
}

}  // namespace ohm
