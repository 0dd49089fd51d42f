// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/context.h"

#include <fmt/format.h>

#include "core/error.h"
#include "mapping/network/parameter_count.h"

namespace ohm {

Index most_positions(const TransformerSpec& network) {
  return start_tokens(network) > 0 ? 2 * network.context : network.context;
}

Index fewest_positions(const TransformerSpec& network) {
  return 2 + start_tokens(network);
}

std::string context_text(const TransformerSpec& network) {
  if (start_tokens(network) == 0) return fmt::format("{} tokens", network.context);
  return fmt::format("{0} tokens of the source and {0} of the answer with its start token",
                     network.context);
}

void require_context(const TransformerSpec& network, Index context, Index fewest) {
  if (context > most_positions(network)) {
    throw ArgumentError(fmt::format("context: {} found; the context of network {} is {}: shorten it",
                                    context, network.name, context_text(network)));
  }
  if (context >= fewest) return;
  const char* const before = start_tokens(network) > 0 ? "a source and a start token" : "one";
  throw ArgumentError(fmt::format(
      "context: {} found; expected at least {}{}", context, fewest,
      fewest > 1 ? fmt::format(": the new token and {} before it", before) : std::string()));
}

}  // namespace ohm
