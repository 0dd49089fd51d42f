// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/kv_result.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/error.h"
#include "mapping/attention/engine_share.h"
#include "mapping/attention/passed_attention.h"

namespace ohm {
namespace {

/// Positions that take turns, and tokens that a request writes into them.
struct Written {
  double positions = 1.0, tokens = 0.0;
  double per_position() const { return tokens / positions; }
};

/// Those of the layer whose positions are written most often.
Written most_written(const Mapping& mapping, const Request& request) {
  std::map<int, double> tokens;
  for (const PassedAttention& each : attentions_of(mapping.network, request)) {
    tokens[mapping.network.op(each.scores).layer] += static_cast<double>(each.stored);
  }
  Written most;
  for (const auto& [layer, n] : tokens) {
    const Written here{static_cast<double>(engine_positions(mapping, layer)), n};
    if (here.per_position() > most.per_position()) most = here;
  }
  return most;
}

/// Requests of one sequence per second.
double requests_per_s(const KvPlaceSpec& spec, const Estimate& result) {
  const double stated = spec.requests.si();
  return stated > 0.0 ? stated : static_cast<double>(result.request.batch) / result.makespan.si();
}

KvLifetime lifetime_of(const KvPlaceSpec& spec, const Estimate& result, const Written& written,
                       const Wear& wear) {
  KvLifetime life;
  const double requests = requests_per_s(spec, result);
  life.positions = written.positions;
  life.back_to_back = spec.requests.si() == 0.0;
  life.tokens_per_s = requests * written.tokens;
  const double sequences = static_cast<double>(result.request.batch);
  life.rewrites =
      Hertz(spec.levelling == "ring" ? requests * written.per_position() : requests / sequences);
  life.cycles_per_update = wear.cycles_per_update;
  fill_lifetime(wear.endurance, life);
  return life;
}

/// A token's key is read last when it leaves the window, or with the last token.
Seconds kept_for(const Estimate& result) {
  const auto tokens = static_cast<double>(result.request.tokens());
  const double window =
      result.request.window > 0 ? static_cast<double>(result.request.window) : tokens;
  return std::min(1.0, window / tokens) * result.makespan;
}

void require_retention(const AttentionSpec& spec, const Estimate& result) {
  if (keeps_long_enough(spec, result)) return;
  throw ArgumentError(fmt::format(
      "attention.retention: keys and values are read for {:.3g} s after they were written, and "
      "cells keep them for {:.3g} s; expected a shorter window or request, or attention.refresh: "
      "rewrite",
      kept_for(result).si(), spec.retention.si()));
}

}  // namespace

void fill_kv_place(const ChipSpec& chip, Estimate& result, const KvNeed& fullest) {
  const KvPlace place = choose_kv_place(chip, result.request, fullest);
  result.request.kv_memory = place.memory;
  result.kv_place = place.reason;
}

void fill_kv_lifetime(const Mapping& mapping, double per_token, Estimate& result) {
  require_retention(mapping.chip.spec.attention, result);
  if (mapping.chip.attention) {
    const auto wear = mapping.chip.attention->wear();
    if (!wear) return;
    const Written written = most_written(mapping, result.request);
    result.kv_lifetime = lifetime_of(mapping.chip.spec.kv, result, written, *wear);
    return;
  }
  const DramSpec& memory = kv_memory(mapping.chip.spec, result.request);
  if (memory.endurance == 0.0 || per_token == 0.0) return;
  Wear wear;
  wear.endurance.median = memory.endurance;
  const Written written{memory.capacity.si() / per_token,
                        static_cast<double>(result.request.tokens_of_both_stacks())};
  result.kv_lifetime = lifetime_of(mapping.chip.spec.kv, result, written, wear);
}

bool keeps_long_enough(const AttentionSpec& spec, const Estimate& result) {
  const bool forgets = spec.kind == "gain_cell" && spec.refresh == "none";
  return !forgets || kept_for(result) <= spec.retention;
}

void restate_kv_lifetime(const KvPlaceSpec& spec, double crowded, Seconds makespan_then,
                         Estimate& result) {
  if (!result.kv_lifetime) return;
  KvLifetime& life = *result.kv_lifetime;
  const double rarer = life.back_to_back ? result.makespan / makespan_then : 1.0;
  life.positions /= crowded;
  if (spec.levelling != "ring") crowded = 1.0;  // each request writes a position once
  life.tokens_per_s /= rarer;
  life.rewrites = crowded / rarer * life.rewrites;
  life.median = rarer / crowded * life.median;
  life.first_percent = rarer / crowded * life.first_percent;
}

}  // namespace ohm
