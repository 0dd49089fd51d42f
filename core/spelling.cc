// SPDX-License-Identifier: Apache-2.0
#include "core/spelling.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace ohm {
namespace {

std::string lowercase(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lowered;
}

bool is_close(Index distance, std::size_t length_a, std::size_t length_b) {
  const auto longer = static_cast<Index>(std::max(length_a, length_b));
  return distance <= std::min<Index>(3, longer / 3);
}

bool ends_in_dotted(std::string_view longer, std::string_view shorter) {
  return !shorter.empty() && longer.size() > shorter.size() && longer.ends_with(shorter) &&
         longer[longer.size() - shorter.size() - 1] == '.';
}

/// Where a candidate stands: edits first (0 to 3), then dotted endings, then not at all.
constexpr Index dotted_rank = 100;
constexpr Index no_rank = 1000;

Index rank_of(const std::string& word, const std::string& candidate) {
  // Lengths alone bound the distance from below, which spares most of a long list.
  const auto [shorter, longer] = std::minmax({word.size(), candidate.size()});
  if (is_close(static_cast<Index>(longer - shorter), shorter, longer)) {
    const Index distance = edit_distance(word, lowercase(candidate));
    if (is_close(distance, shorter, longer)) return distance;
  }
  const std::string lowered = lowercase(candidate);
  return ends_in_dotted(word, lowered) || ends_in_dotted(lowered, word) ? dotted_rank : no_rank;
}

/// Length of the valid UTF-8 sequence at the start of `text`, or 0.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  const std::size_t length = first < 0x80                    ? 1
                             : first >= 0xc2 && first < 0xe0 ? 2
                             : first >= 0xe0 && first < 0xf0 ? 3
                             : first >= 0xf0 && first < 0xf5 ? 4
                                                             : 0;
  if (length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0u) != 0x80u) return 0;
  if (length < 3) return length;
  const unsigned second = byte(1);
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool outside = (first == 0xed && second >= 0xa0) || (first == 0xf4 && second >= 0x90);
  return overlong || outside ? 0 : length;
}

}  // namespace

Index edit_distance(std::string_view a, std::string_view b) {
  std::vector<Index> two_above(b.size() + 1), above(b.size() + 1), current(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) current[j] = static_cast<Index>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    two_above.swap(above);
    above.swap(current);
    current[0] = static_cast<Index>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const Index substitution = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({above[j] + 1, current[j - 1] + 1, substitution});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        current[j] = std::min(current[j], two_above[j - 2] + 1);
    }
  }
  return current[b.size()];
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string lowered = lowercase(word);
  const std::string* best = nullptr;
  Index best_rank = no_rank;
  for (const std::string& candidate : candidates) {
    const Index rank = rank_of(lowered, candidate);
    if (rank < best_rank || (best && rank == best_rank && candidate < *best)) {
      best = &candidate;
      best_rank = rank;
    }
  }
  return best ? fmt::format("; did you mean {}?", in_quotes(*best)) : "";
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 100;
  std::string shown = "'";
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (shown.size() + length > longest) return shown + "...'";
    const auto first = static_cast<unsigned char>(text[0]);
    if (length == 0)
      shown += '?';
    else if (first < 0x20 || first == 0x7f)
      shown += fmt::format("\\x{:02x}", first);
    else
      shown += text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return shown + "'";
}

}  // namespace ohm
