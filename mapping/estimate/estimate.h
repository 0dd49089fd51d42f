// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/ledger.h"
#include "mapping/attention/kv_lifetime.h"
#include "mapping/chip/map_network.h"
#include "mapping/estimate/buffer_use.h"
#include "mapping/estimate/latency.h"
#include "mapping/larger/parallelism.h"
#include "mapping/larger/reprogramming.h"
#include "mapping/schedule/schedule.h"
#include "mapping/schedule/workload.h"
#include "mapping/thermal/temperature_map.h"
#include "mapping/yield/die_cost.h"
#include "mapping/yield/good_package.h"

namespace ohm {

/// What a workload costs on a chip.
///
/// A token is an output token of a decoder, an input token of an encoder; TTFT of an encoder is the
/// time of one whole input, its TPOT is 0, as is that of a decoder that generates one token.
struct Estimate {
  Request request;
  Seconds ttft, tpot;         ///< means over sequences
  double tokens_per_s = 0.0;  ///< over all sequences, from the first input to the last output
  Latency latency;            ///< percentiles, and inputs and outputs counted apart
  double tokens_per_j = 0.0;
  std::string fidelity = "events";  ///< events | structure | shape: how times were found
  Index stride = 1;                 ///< of a prompt's tokens every so-manyth was simulated
  bool exact = true;  ///< times of all events; else shape: lower bounds, structure: extrapolated
  double experts_touched = 0.0;  ///< expected, by one token of every sequence, per layer
  Joules energy, energy_low, energy_high;
  Joules energy_per_token;
  Watts power;             ///< energy / makespan
  SquareMetres area;       ///< tiles that hold weights, and links between chips
  Index chips = 1;         ///< that hold the network, or of the system
  SquareMetres chip_area;  ///< all tiles of one chip
  double reticles = 0.0;   ///< chip_area / the largest die of one exposure
  Seconds makespan, lower_bound;
  Joules leakage_energy;  ///< of powered and of gated tiles
  // 0 unless the chip gates idle tiles
  Seconds break_even;         ///< a tile that waits longer is gated
  std::int64_t wake_ups = 0;  ///< of all tiles
  double gated_share = 0.0;   ///< of the time of tiles in use
  std::int64_t macs = 0;
  std::int64_t kv_bytes_per_token = 0;         ///< over all layers; 0 for an encoder
  std::int64_t kv_bytes_in_dram = 0;           ///< at the end, over all sequences
  std::string kv_place;                        ///< where keys and values lie, and why there
  std::optional<KvLifetime> kv_lifetime;       ///< where writing them wears cells out
  std::optional<Reprogramming> reprogramming;  ///< where weights are rewritten in every pass
  std::optional<Parallelism> parallelism;      ///< where ways to spread layers were compared
  double spatial_utilisation = 0.0;            ///< cells that hold weights / cells of the arrays
  double temporal_utilisation = 0.0;  ///< time that an array works, mean over arrays / makespan
  Ledger ledger;  ///< operator × component × phase; area and leakage: "static"
  Schedule schedule;
  std::optional<BufferUse> buffers;           ///< where they are bounded
  std::optional<TemperatureMap> temperature;  ///< where the chip says how it loses its heat
  std::optional<GoodPackage> package;         ///< where the chip says how many dies are good
  std::vector<DieCost> dies;                  ///< without weights, by kind
  std::vector<std::string> assumptions;
};

/// Latency, energy and area of a workload; the timeline covers the first `timeline_tokens` tokens.
///
/// Where the chip has a thermal section, leakage is booked as it flows at the temperature that the
/// workload makes.
///
/// Throws ArgumentError for a workload that does not suit the network (see resolve()), or whose
/// keys and values exceed the DRAM of a chip. ConfigError where the chip gets too hot (see
/// temperature_map()) or cannot be made (see good_package()).
Estimate estimate(const Mapping& mapping, const Workload& workload, Index timeline_tokens = 4);

}  // namespace ohm
