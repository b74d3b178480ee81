//! Invented records of management events, in the form in which CloudTrail writes them.

use chrono::{DateTime, Duration, Utc};

use crate::counter::Counter;
use crate::time::iso;

/// One API call: source, name, whether it only reads, request parameters, response elements.
struct Call(&'static str, &'static str, bool, &'static str, &'static str);

/// What happens in the invented accounts.
const CALLS: &[Call] = &[
    Call("ec2", "DescribeInstances", true, r#"{"instancesSet":{},"filterSet":{}}"#, "null"),
    Call("ec2", "DescribeVolumes", true, r#"{"maxResults":500,"volumeSet":{},"filterSet":{}}"#, "null"),
    Call(
        "ec2",
        "AuthorizeSecurityGroupIngress",
        false,
        r#"{"groupId":"sg-0f{hex}","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":443,"toPort":443,"ipRanges":{"items":[{"cidrIp":"10.20.0.0/16"}]}}]}}"#,
        r#"{"requestId":"{guid}","_return":true}"#,
    ),
    Call(
        "ec2",
        "StopInstances",
        false,
        r#"{"instancesSet":{"items":[{"instanceId":"i-0{hex}"}]},"force":false}"#,
        r#"{"requestId":"{guid}","instancesSet":{"items":[{"instanceId":"i-0{hex}","currentState":{"code":64,"name":"stopping"},"previousState":{"code":16,"name":"running"}}]}}"#,
    ),
    Call(
        "s3",
        "GetBucketPolicy",
        true,
        r#"{"bucketName":"finance-reports-{account}","Host":"finance-reports-{account}.s3.amazonaws.com","policy":""}"#,
        "null",
    ),
    Call(
        "s3",
        "PutBucketPublicAccessBlock",
        false,
        r#"{"bucketName":"finance-reports-{account}","PublicAccessBlockConfiguration":{"RestrictPublicBuckets":true,"BlockPublicPolicy":true,"BlockPublicAcls":true,"IgnorePublicAcls":true},"publicAccessBlock":""}"#,
        "null",
    ),
    Call("iam", "ListRoles", true, r#"{"maxItems":1000}"#, "null"),
    Call(
        "iam",
        "AttachRolePolicy",
        false,
        r#"{"roleName":"ReportingReader","policyArn":"arn:aws:iam::aws:policy/ReadOnlyAccess"}"#,
        "null",
    ),
    Call(
        "iam",
        "CreateAccessKey",
        false,
        r#"{"userName":"ci-deploy"}"#,
        r#"{"accessKey":{"userName":"ci-deploy","accessKeyId":"AKIA{key}","status":"Active","createDate":"Mar 1, 2026 9:00:00 AM"}}"#,
    ),
    Call(
        "sts",
        "AssumeRole",
        true,
        r#"{"roleArn":"arn:aws:iam::{account}:role/ReportingReader","roleSessionName":"nightly-report","durationSeconds":3600}"#,
        r#"{"credentials":{"accessKeyId":"ASIA{key}","sessionToken":"(redacted)","expiration":"Mar 2, 2026 9:00:00 AM"},"assumedRoleUser":{"assumedRoleId":"AROA{key}:nightly-report","arn":"arn:aws:sts::{account}:assumed-role/ReportingReader/nightly-report"}}"#,
    ),
    Call("sts", "GetCallerIdentity", true, "null", "null"),
    Call(
        "kms",
        "Decrypt",
        true,
        r#"{"encryptionContext":{"aws:cloudtrail:arn":"arn:aws:cloudtrail:us-east-1:{account}:trail/management-events"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}"#,
        "null",
    ),
    Call("kms", "GenerateDataKey", true, r#"{"keyId":"arn:aws:kms:{region}:{account}:key/{guid}","keySpec":"AES_256"}"#, "null"),
    Call(
        "lambda",
        "UpdateFunctionCode20150331v2",
        false,
        r#"{"functionName":"invoice-export","publish":true,"dryRun":false}"#,
        r#"{"functionName":"invoice-export","runtime":"python3.13","version":"{n}","state":"Active"}"#,
    ),
    Call("cloudtrail", "LookupEvents", true, r#"{"maxResults":50}"#, "null"),
    Call("signin", "ConsoleLogin", false, "null", r#"{"ConsoleLogin":"Success"}"#),
];

/// Who does it: the identity's JSON, and where from.
const PEOPLE: &[(&str, &str, &str)] = &[
    (
        r#"{"type":"IAMUser","principalId":"AIDA{key}","arn":"arn:aws:iam::{account}:user/alice","accountId":"{account}","accessKeyId":"AKIA{key}","userName":"alice"}"#,
        "198.51.100.23",
        "aws-cli/2.36.7 md/awscrt#0.31.2 ua/2.1 os/linux#6.8 md/arch#x86_64 lang/python#3.13.11",
    ),
    (
        r#"{"type":"AssumedRole","principalId":"AROA{key}:bob","arn":"arn:aws:sts::{account}:assumed-role/Operations/bob","accountId":"{account}","accessKeyId":"ASIA{key}","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA{key}","arn":"arn:aws:iam::{account}:role/Operations","accountId":"{account}","userName":"Operations"},"attributes":{"creationDate":"2026-03-01T00:00:00Z","mfaAuthenticated":"true"}}}"#,
        "203.0.113.77",
        "Mozilla/5.0 (X11; Linux x86_64; rv:148.0) Gecko/20100101 Firefox/148.0",
    ),
    (r#"{"type":"AWSService","invokedBy":"cloudtrail.amazonaws.com"}"#, "cloudtrail.amazonaws.com", "cloudtrail.amazonaws.com"),
    (
        r#"{"type":"AssumedRole","principalId":"AROA{key}:i-0{hex}","arn":"arn:aws:sts::{account}:assumed-role/web-tier/i-0{hex}","accountId":"{account}","accessKeyId":"ASIA{key}","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA{key}","arn":"arn:aws:iam::{account}:role/web-tier","accountId":"{account}","userName":"web-tier"},"attributes":{"creationDate":"2026-03-01T00:00:00Z","mfaAuthenticated":"false"},"ec2RoleDelivery":"2.0"}}"#,
        "10.20.4.18",
        "Boto3/1.42.66 md/Botocore#1.42.66 ua/2.1 os/linux#6.12 lang/python#3.12.9",
    ),
];

/// The text of a log file, and the times of its oldest and newest event.
pub struct Log {
    /// `{"Records":[…]}`
    pub text: String,
    /// The earliest eventTime.
    pub oldest: DateTime<Utc>,
    /// The latest eventTime.
    pub newest: DateTime<Utc>,
}

/// A log file with `count` records, delivered at a time.
pub fn log(account: &str, region: &str, seed: &str, delivered: DateTime<Utc>, count: usize) -> Log {
    let mut counter = Counter::new(seed);
    let mut event_time = delivered - Duration::seconds(240 + counter.below(120) as i64);
    let oldest = event_time;
    let mut newest = event_time;
    let mut records = Vec::new();
    for _ in 0..count {
        newest = event_time;
        records.push(record(account, region, &mut counter, event_time));
        event_time += Duration::seconds(1 + counter.below(30) as i64);
    }
    Log { text: format!("{{\"Records\":[{}]}}", records.join(",")), oldest, newest }
}

/// A log file of a busy account, delivered at a time: records of four minutes until it has at least so many bytes.
pub fn busy_log(account: &str, region: &str, seed: &str, delivered: DateTime<Utc>, bytes: usize) -> Log {
    let mut counter = Counter::new(seed);
    let oldest = delivered - Duration::seconds(300);
    let mut newest = oldest;
    let mut text = String::from("{\"Records\":[");
    loop {
        newest = newest.max(oldest + Duration::seconds((240 * text.len() / bytes.max(1)) as i64));
        text.push_str(&record(account, region, &mut counter, newest));
        if text.len() + 2 >= bytes {
            break;
        }
        text.push(',');
    }
    text.push_str("]}");
    Log { text, oldest, newest }
}

fn record(account: &str, region: &str, counter: &mut Counter, time: DateTime<Utc>) -> String {
    let Call(source, name, read_only, request, response) = &CALLS[counter.below(CALLS.len())];
    let (identity, address, agent) = counter.pick(PEOPLE);
    let event_type = if *source == "signin" { "AwsConsoleSignIn" } else { "AwsApiCall" };
    let text = format!(
        r#"{{"eventVersion":"1.11","userIdentity":{identity},"eventTime":"{time}","eventSource":"{source}.amazonaws.com","eventName":"{name}","awsRegion":"{region}","sourceIPAddress":"{address}","userAgent":"{agent}","requestParameters":{request},"responseElements":{response},"requestID":"{{guid}}","eventID":"{event_id}","readOnly":{read_only},"eventType":"{event_type}","managementEvent":true,"recipientAccountId":"{account}","eventCategory":"Management"}}"#,
        time = iso(time),
        event_id = counter.guid(),
    );
    let key = counter.text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16);
    let hex = counter.text(b"0123456789abcdef", 16);
    text.replace("{account}", account)
        .replace("{region}", region)
        .replace("{guid}", &counter.guid())
        .replace("{key}", &key)
        .replace("{hex}", &hex)
        .replace("{n}", &(1 + counter.below(40)).to_string())
}
