#!/usr/bin/env bash
# Writes the comment, or brings the one that is there up to date: it is found by its first line.
set -euo pipefail

if [[ ! -s $BODY ]]; then
  echo "There is no verdict to comment on"
  exit 0
fi
MARKER=$(head -n 1 "$BODY")
export MARKER
comments="repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments"
# Only a bot's: a comment of somebody else that begins like ours is theirs.
found=$(gh api --paginate "$comments" --jq \
  '.[] | select(.user.type == "Bot" and ((.body // "") | split("\n")[0] | rtrimstr("\r")) == env.MARKER) | .id')
id=${found%%$'\n'*}

if [[ -n $id ]]; then
  gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field "body=@$BODY" >/dev/null
else
  gh api --method POST "$comments" --field "body=@$BODY" >/dev/null
fi
