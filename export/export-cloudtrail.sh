#!/bin/sh
# Exports what AWS CloudTrail delivered to S3 for a period, so that somebody else can verify it offline.
#
# It only reads from AWS: it lists, downloads and describes. It deletes nothing but its own temporary folder; run again
# with the same output folder, it fetches what is new or has changed. It needs a POSIX shell, gzip, tar, and the AWS CLI
# (version 1 or 2) with credentials that may read the bucket.
# What it fetches and why: docs/export.md.

set -eu
LC_ALL=C
AWS_PAGER=''
export LC_ALL AWS_PAGER
unset CDPATH

usage() {
    cat <<'END'
Usage: export-cloudtrail.sh --from DATE --to DATE --out FOLDER [options] s3://BUCKET[/PREFIX]...

  --from DATE        first day of the period (YYYY-MM-DD, UTC)
  --to DATE          the day after the last day of the period (YYYY-MM-DD, UTC)
  --out FOLDER       where the files go; made if it does not exist
  --account A[,A]    only these accounts (default: all below the prefix)
  --region R[,R]     only these regions (default: all below the prefix)
  --archive KIND     tar.gz (default), zip, or none: what to pack the folder into, as FOLDER.KIND
  --help             this text

PREFIX is the trail's S3 key prefix: what stands before AWSLogs/ in the bucket, without a slash at its end.
Credentials, profile and endpoint are the AWS CLI's own (AWS_PROFILE and so on).
END
}

say() { printf '%s\n' "$*"; }
die() {
    printf 'export-cloudtrail: %s\n' "$*" >&2
    exit 1
}
misuse() {
    printf 'export-cloudtrail: %s\n\n' "$*" >&2
    usage >&2
    exit 2
}

# --- dates, without the date command, whose options differ from system to system ---

# Days since 1970-01-01 of YYYY-MM-DD.
day_number() {
    printf '%s\n' "$1" | awk -F- '{
        y = $1 - ($2 <= 2); m = ($2 + 9) % 12; e = int(y / 400); yoe = y - e * 400
        print e * 146097 + yoe * 365 + int(yoe / 4) - int(yoe / 100) + int((153 * m + 2) / 5) + $3 - 1 - 719468
    }'
}

# YYYY-MM-DD of a day's number.
date_of() {
    printf '%s\n' "$1" | awk '{
        z = $1 + 719468; e = int(z / 146097); doe = z - e * 146097
        yoe = int((doe - int(doe / 1460) + int(doe / 36524) - int(doe / 146096)) / 365)
        doy = doe - (365 * yoe + int(yoe / 4) - int(yoe / 100)); mp = int((5 * doy + 2) / 153)
        d = doy - int((153 * mp + 2) / 5) + 1; m = mp < 10 ? mp + 3 : mp - 9
        printf "%04d-%02d-%02d\n", yoe + e * 400 + (m <= 2), m, d
    }'
}

valid_date() {
    case $1 in
        [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]) [ "$(date_of "$(day_number "$1")")" = "$1" ] ;;
        *) return 1 ;;
    esac
}

# --- arguments ---

from='' to='' out='' accounts='' regions='' archive='tar.gz' places=''
while [ $# -gt 0 ]; do
    case $1 in
        --from | --to | --out | --account | --region | --archive)
            [ $# -ge 2 ] || misuse "$1 needs a value"
            case $1 in
                --from) from=$2 ;;
                --to) to=$2 ;;
                --out) out=$2 ;;
                --account) accounts="$accounts,$2" ;;
                --region) regions="$regions,$2" ;;
                --archive) archive=$2 ;;
            esac
            shift 2
            ;;
        --help | -h)
            usage
            exit 0
            ;;
        -*) misuse "unknown option $1" ;;
        *)
            place=${1#s3://}
            place=${place%/}
            case $place in
                *[!A-Za-z0-9!_.\'\(\)/=+@:-]* | '' | /*) misuse "$1 is not s3://BUCKET[/PREFIX]" ;;
                */AWSLogs | */AWSLogs/*) misuse "$1: leave out AWSLogs and what follows it" ;;
            esac
            places="$places $place"
            shift
            ;;
    esac
done
[ -n "$places" ] || misuse 'no bucket is given'
[ -n "$out" ] || misuse 'no output folder is given (--out)'
valid_date "$from" || misuse '--from must be a date, YYYY-MM-DD'
valid_date "$to" || misuse '--to must be a date, YYYY-MM-DD'
first=$(day_number "$from")
end=$(day_number "$to")
[ "$first" -lt "$end" ] || misuse '--to must be after --from: it is the day after the last day of the period'
case $archive in
    tar.gz | zip | none) ;;
    *) misuse '--archive must be tar.gz, zip or none' ;;
esac
[ "$archive" != zip ] || command -v zip >/dev/null || die 'there is no zip command here'
command -v aws >/dev/null || die 'the AWS CLI (aws) is not installed'
out=${out%/}
case $out in
    '' | . | .. | */. | */..) misuse '--out must name a folder of its own' ;;
    /*) ;;
    *) out=./$out ;;
esac
[ "$archive" = none ] || [ ! -e "$out.$archive" ] || die "$out.$archive is there already"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' HUP TERM
mkdir -p "$out"
: >"$work/not-fetched"

# Says what could not be had and goes on; all of it is repeated at the end.
not_fetched() {
    say "  NOT FETCHED: $*"
    printf '%s\n' "$*" >>"$work/not-fetched"
}

# capture FILE COMMAND...: keeps the output of an AWS CLI call, or says that it failed.
capture() {
    target=$1
    shift
    if "$@" >"$work/answer" 2>"$work/error"; then
        mkdir -p "$(dirname "$target")"
        cp "$work/answer" "$target"
        say "  ${target#"$out"/}"
    else
        not_fetched "${target#"$out"/}: $(tr '\n' ' ' <"$work/error")"
    fi
}

# --- the tree ---

# wanted LIST NAME: true if the comma-separated list is empty or names it.
wanted() {
    case $1, in
        , | *",$2,"*) return 0 ;;
        *) return 1 ;;
    esac
}

# Writes the folders directly below a key prefix, one a line, into a file.
folders_below() {
    aws s3api list-objects-v2 --bucket "$1" --prefix "$2" --delimiter / \
        --query 'CommonPrefixes[].Prefix' --output text >"$work/listing" ||
        die "cannot list s3://$1/$2"
    tr '\t' '\n' <"$work/listing" | sed '/^None$/d; /^$/d' >"$3"
}

# days_by_month FIRST: a line for each month, YYYY/MM and the patterns to include, from the day with this number.
#
# CloudTrail files by the day, in UTC, of delivery; a digest file by the end of its hour, which begins at any minute. The
# first digest file of the period may begin on the day before, and lists log files of that day. The digest file that
# covers the last minutes of the period ends on the day after, the next one holds its signature, and events can be
# delivered late. So the whole day before and the whole day after belong to it.
days_by_month() {
    number=$1
    while [ "$number" -le "$end" ]; do
        date_of "$number"
        number=$((number + 1))
    done | awk -F- '{
        day = $3 "/*"
        month = $1 "/" $2
        if (month != last) { if (last) print line; line = month; last = month }
        line = line " " day
    } END { print line }'
}

# sync_region BUCKET FOLDER/ MONTHS: what the patterns name, to the place that its key says.
sync_region() {
    bucket=$1 folder=$2 months=$3
    while read -r month patterns; do
        set -f # the patterns are the AWS CLI's to expand
        set -- --exclude '*'
        for pattern in $patterns; do set -- "$@" --include "$pattern"; done
        set +f
        aws s3 sync "s3://$bucket/$folder$month/" "$out/$bucket/$folder$month/" "$@" --only-show-errors </dev/null ||
            die "cannot fetch s3://$bucket/$folder$month/ (objects in Glacier must be restored first)"
    done <"$months"
}

# export_account BUCKET FOLDER/ ACCOUNT
export_account() {
    folders_below "$1" "$2" "$work/kinds"
    for kind in CloudTrail-Digest CloudTrail CloudTrail-Insight CloudTrail-NetworkActivity CloudTrail-Aggregated; do
        grep -qxF "$2$kind/" "$work/kinds" || continue
        folders_below "$1" "$2$kind/" "$work/regions"
        while read -r region_folder; do
            region=${region_folder#"$2$kind/"}
            region=${region%/}
            wanted "$regions" "$region" || continue
            say "  $3 $kind $region"
            sync_region "$1" "$region_folder" "$work/months"
        done <"$work/regions"
    done
}

# export_accounts BUCKET FOLDER/ FILE: the accounts of a folder whose own folders the file lists. The trails of
# organisations have a folder named by the organisation's id between AWSLogs and the account.
export_accounts() {
    while read -r account_folder; do
        account=${account_folder#"$2"}
        account=${account%/}
        case $account in
            [0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9])
                if wanted "$accounts" "$account"; then export_account "$1" "$account_folder" "$account"; fi
                ;;
            o-*)
                folders_below "$1" "$account_folder" "$work/members"
                export_accounts "$1" "$account_folder" "$work/members"
                ;;
        esac
    done <"$3"
}

days_by_month $((first - 1)) >"$work/months"
for place in $places; do
    bucket=${place%%/*}
    prefix=${place#"$bucket"}
    prefix=${prefix#/}
    root="${prefix:+$prefix/}AWSLogs/"
    say "Fetching the digest files and log files of $from to $to from s3://$bucket/$root"
    folders_below "$bucket" "$root" "$work/roots"
    [ -s "$work/roots" ] || die "there is nothing below s3://$bucket/$root: is the prefix right?"
    export_accounts "$bucket" "$root" "$work/roots"
done

# --- what the digest files say ---

# Their paths below the output folder are s3://BUCKET/KEY without the s3://.
(cd "$out" && find . -type f -name '[0-9]*_CloudTrail-Digest_*.json.gz') | sed 's,^\./,,' | sort >"$work/digests"
[ -s "$work/digests" ] || die 'no digest files: without them nothing can be proved. Is log file validation on, and
are the prefix, the period, the accounts and the regions right?'

# digest_pairs BUCKET_FIELD KEY_FIELD: BUCKET/KEY of each pair of fields in all digest files, once each.
digest_pairs() {
    (cd "$out" && find . -type f -name '[0-9]*_CloudTrail-Digest_*.json.gz' -exec gzip -dc {} +) |
        tr '{},' '[\n*]' | sed -n 's/^[[:space:]]*"\([A-Za-z0-9]*\)"[[:space:]]*:[[:space:]]*"\(.*\)".*$/\1 \2/p' |
        sed 's,\\/,/,g' | awk -v bucket="$1" -v key="$2" '
            $1 == bucket { b = $2 }
            $1 == key { k = substr($0, length(key) + 2) }
            b != "" && k != "" { print b "/" k; b = ""; k = "" }' | sort -u
}

# Log files that the digest files list and that the days above did not bring: delivered much earlier, for example.
say 'Fetching log files that the digest files list besides'
digest_pairs s3Bucket s3Object >"$work/listed"
(cd "$out" && find . -type f) | sed 's,^\./,,' | sort >"$work/files"
comm -23 "$work/listed" "$work/files" >"$work/absent"
while read -r object; do
    case $object in
        *[!A-Za-z0-9!_.\'\(\)/=+@:-]* | /* | */../* | ../*)
            not_fetched "a digest file lists a log file under an unusual name: $object"
            continue
            ;;
    esac
    account=${object##*/}
    wanted "$accounts" "${account%%_*}" || continue
    if aws s3 cp "s3://$object" "$work/object" --only-show-errors </dev/null 2>"$work/error"; then
        mkdir -p "$out/${object%/*}"
        cp "$work/object" "$out/$object"
        say "  $object"
    else
        not_fetched "s3://$object, which a digest file lists: $(tr '\n' ' ' <"$work/error")"
    fi
done <"$work/absent"

# --- signatures ---

# The signature of a digest file stands in its successor; of one without a successor, only in the metadata of the
# object, which a download loses. So: the newest of every chain, the last before each restart, any before a hole. And
# backfill digest files, whose metadata also says when they were made.
say 'Fetching the metadata of digest files whose signature stands nowhere else'
digest_pairs previousDigestS3Bucket previousDigestS3Object >"$work/quoted"
{
    comm -23 "$work/digests" "$work/quoted"
    grep '_backfill\.json\.gz$' "$work/digests" || :
} | sort -u >"$work/heads"
while read -r object; do
    bucket=${object%%/*}
    aws s3api head-object --bucket "$bucket" --key "${object#*/}" --output json </dev/null >"$work/answer" ||
        die "cannot read the metadata of s3://$object"
    grep -q '"signature"' "$work/answer" ||
        not_fetched "a signature of s3://$object: its metadata holds none (was the object copied or rewritten?)"
    cp "$work/answer" "$out/$object.head.json"
    say "  ${object##*/}"
done <"$work/heads"

# --- keys ---

# A backfill digest file is signed with the key of the day on which it was made.
last_made=$(find "$out" -type f -name '*_backfill.json.gz.head.json' -exec cat {} + |
    sed -n 's/.*"backfill-generation-timestamp"[^"]*"\([0-9-]\{10\}\)T.*/\1/p' | sort | tail -n 1)
keys_from=$(date_of $((first - 1)))T22:00:00Z
keys_to=${to}T03:00:00Z
if [ -n "$last_made" ] && valid_date "$last_made" && [ "$(day_number "$last_made")" -ge "$end" ]; then
    keys_to=$(date_of $(($(day_number "$last_made") + 1)))T02:00:00Z
fi
say "Fetching the public keys of each region from $keys_from to $keys_to"
sed -n 's,.*/CloudTrail-Digest/\([a-z0-9-]*\)/.*,\1,p' "$work/digests" | sort -u >"$work/regions"
while read -r region; do
    capture "$out/public-keys/$region.json" aws cloudtrail list-public-keys --region "$region" \
        --start-time "$keys_from" --end-time "$keys_to" --output json </dev/null
done <"$work/regions"

# --- how trails and buckets are set up ---

say 'Noting how the trails and the buckets are set up (may be refused)'
# A digest file's name ends in the trail's home region and a time.
sed -n 's/.*_\([a-z0-9-]*\)_[0-9]\{8\}T[0-9]\{6\}Z\(_backfill\)\{0,1\}\.json\.gz$/\1/p' "$work/digests" |
    sort -u >"$work/homes"
while read -r home; do
    capture "$out/captures/describe-trails-$home.json" aws cloudtrail describe-trails --region "$home" --output json </dev/null
    [ -f "$out/captures/describe-trails-$home.json" ] || continue
    sed -n 's/.*"TrailARN"[^"]*"\([^"]*\)".*/\1/p' "$out/captures/describe-trails-$home.json" |
        awk -F: -v home="$home" '$4 == home' | sort -u >"$work/trails"
    while read -r trail; do
        capture "$out/captures/get-trail-status-${trail##*/}-$home.json" \
            aws cloudtrail get-trail-status --name "$trail" --region "$home" --output json </dev/null
    done <"$work/trails"
done <"$work/homes"
cut -d/ -f1 "$work/digests" | sort -u >"$work/buckets"
while read -r bucket; do
    capture "$out/captures/get-bucket-versioning-$bucket.json" \
        aws s3api get-bucket-versioning --bucket "$bucket" --output json </dev/null
    capture "$out/captures/get-object-lock-configuration-$bucket.json" \
        aws s3api get-object-lock-configuration --bucket "$bucket" --output json </dev/null
done <"$work/buckets"

# --- one file to hand over ---

logs=$(find "$out" -type f -name '[0-9]*_CloudTrail*_*.json.gz' ! -name '*_CloudTrail-Digest_*' | wc -l)
say "Exported $(($(wc -l <"$work/digests"))) digest files, $((logs)) log files, the metadata of $(($(wc -l <"$work/heads"))) digest files, and the public keys of $(($(wc -l <"$work/regions"))) regions to $out"
parent=$(dirname "$out")
name=$(basename "$out")
result=$out
case $archive in
    tar.gz)
        result=$out.tar.gz
        { tar -cf - -C "$parent" "$name" || : >"$work/not-packed"; } | gzip >"$result"
        [ ! -e "$work/not-packed" ] || die "cannot pack $out"
        ;;
    zip)
        result=$out.zip
        (cd "$parent" && zip -q -r "$name.zip" "$name") || die "cannot pack $out"
        ;;
esac
if [ -s "$work/not-fetched" ]; then
    say 'Not fetched; the archive is usable without, but say so when you hand it over:'
    sed 's/^/  /' "$work/not-fetched"
fi
if [ "$archive" != none ]; then
    sum=$(sha256sum "$result" 2>/dev/null || shasum -a 256 "$result" 2>/dev/null || :)
    [ -z "$sum" ] || say "SHA-256 ${sum%% *}"
fi
say "Hand over $result"
