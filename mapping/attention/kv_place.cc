// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/kv_place.h"

#include <fmt/format.h>

namespace ohm {
namespace {

const DramSpec& memory_of(const ChipSpec& chip, Index number) {
  return chip.kv.memories[static_cast<size_t>(number)].memory;
}

KvPlace in_memory(const ChipSpec& chip, Index number, const std::string& why) {
  return {number, fmt::format("memory {}: {}", memory_of(chip, number).name, why)};
}

KvPlace in_tiles(double beyond, const std::string& why) {
  const bool all = beyond == 0.0;
  return {-1, fmt::format("buffers of the tiles{}: {}", all ? "" : " and the DRAM", why)};
}

std::string megabytes(double bytes) {
  return fmt::format("{:.4g} MB", bytes / 1e6);
}

}  // namespace

const DramSpec& kv_memory(const ChipSpec& chip, const Request& request) {
  return request.kv_memory < 0 ? chip.dram : memory_of(chip, request.kv_memory);
}

DramSpec as_written(DramSpec memory) {
  if (memory.write_bandwidth.si() > 0.0) memory.bandwidth = memory.write_bandwidth;
  return memory;
}

KvPlace choose_kv_place(const ChipSpec& chip, Request request, const KvNeed& fullest) {
  if (chip.attention.in_memory()) {
    return {-1, fmt::format("arrays of the attention engine {}", chip.attention.kind)};
  }
  const double beyond = fullest(request);
  if (chip.kv.place == "tiles") return in_tiles(beyond, "kv.place says so");
  const Index memories = std::ssize(chip.kv.memories);
  if (chip.kv.place != "auto") {
    for (Index i = 0; i < memories; ++i) {
      if (memory_of(chip, i).name == chip.kv.place) return in_memory(chip, i, "kv.place says so");
    }
  }
  if (beyond == 0.0) return in_tiles(beyond, "the first that holds all of them");
  for (Index i = 0; i < memories; ++i) {
    request.kv_memory = i;
    const double need = fullest(request), holds = memory_of(chip, i).capacity.si();
    if (need > holds) continue;
    return in_memory(chip, i,
                     fmt::format("the first that holds all of them, {} of {} per chip; the tiles "
                                 "leave {}",
                                 megabytes(need), megabytes(holds), megabytes(beyond)));
  }
  return in_tiles(beyond, "no memory of kv.memories holds all of them");
}

}  // namespace ohm
